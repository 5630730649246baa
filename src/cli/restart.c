/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>

#include "base/fault.h"
#include "base/report.h"
#include "base/signals.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "stack/follow.h"
#include "stack/state.h"
#include "stack/up.h"

static int restart_all(const struct cli_options *options, struct cli_stack *stack)
{
	struct stack_follow follow = {.stack = stack->name,
		.plan = stack->state->plan,
		.verb = STACK_CONTROL_RESTART,
		.within = options->within ? options->within : STACK_READY_SECONDS,
		.services = options->operands,
		.service_count = (size_t)options->operand_count,
		.arena = stack->arena,
		.say = cli_say,
		.context = (void *)options};
	struct fault why = {0};
	const sigset_t set = signals_to_give_up();
	sigset_t before;

	sigprocmask(SIG_BLOCK, &set, &before);
	int error = stack_follow(&follow, &why);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (error < 0)
		return cli_fail(options, &why);
	if (options->json)
		cli_report(options, report_new(stack->arena), 0);
	return 0;
}

static int restart(const struct cli_options *options)
{
	struct cli_stack stack;
	int status;

	if (options->operand_count == 0)
		return cli_wrong(options, "restart wants services; all of them: down, then up");
	status = cli_need_root(options, "restart", "it starts services anew");
	if (status)
		return status;
	status = cli_stack_default(options, &stack);
	if (status == 0)
		status = cli_stack_state(options, &stack);
	if (status == 0)
		status = restart_all(options, &stack);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_restart = {
	.name = "restart",
	.arguments = "SERVICE...",
	.summary = "stop services and start them anew",
	.accepts = CLI_POLICY | CLI_JSON | CLI_WITHIN | CLI_STACK,
	.acts = true,
	.run = restart,
	.help = "By the newest policy that the stack was brought up with or has reloaded; ends "
		"when\n"
		"they are ready.  A job runs once more.  Of several instances all, or the one\n"
		"that is named: storefront.2\n"
		"Exit status: 0 ready again, 1 the stack is not up, 4 one failed or is not ready "
		"in\n"
		"time, or no supervisor answers (`bulkhead up` starts one that adopts what "
		"runs).\n",
};
