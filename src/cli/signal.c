/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/signal.h"
#include "cli/load.h"
#include "cli/members.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "plan/plan.h"
#include "stack/member.h"

/* The exit status; one that does not run is a no, and does not keep it from the others. */
static int send(const struct cli_options *options, const struct cli_member *to, int number)
{
	const struct plan_service *service = to->service;
	scoped(fd) int process = to->member ? stack_member_open_process(to->member) : -ESRCH;
	struct fault why = {0};

	if (process >= 0 && pidfd_send_signal(process, number, NULL, 0) == 0)
		return 0;
	if (process < 0 || errno == ESRCH)
		fault_of(&why, FAULT_NO, 0, service->where, "'%s' is not running", service->name);
	else
		fault(&why, -errno, service->where, "cannot send a signal to '%s'", service->name);
	return cli_fail(options, &why);
}

static int send_all(const struct cli_options *options, struct cli_stack *stack, int number)
{
	struct cli_members members;
	int status = cli_members_find(options, options->operands[0], stack, &members);

	for (size_t i = 0; i < members.count; i++) {
		int answer = send(options, &members.list[i], number);

		if (answer)
			status = answer;
	}
	return status;
}

static int unknown(const struct cli_options *options)
{
	const char *near = catalog_signal_near(options->operands[1]);
	struct fault why = {0};

	fault_of(&why, FAULT_USAGE, 0, (struct where){0}, "there is no signal '%s'",
		options->operands[1]);
	if (near)
		fault_hint(&why, "did you mean %s?", near);
	else
		fault_hint(&why, "a name as HUP or USR1, or a number from 1 to 64");
	return cli_fail(options, &why);
}

static int signal_verb(const struct cli_options *options)
{
	struct cli_stack stack;
	int number, status;

	if (options->operand_count != 2)
		return cli_wrong(options,
			"signal wants one service and one signal: bulkhead signal edge USR1");
	number = catalog_signal(options->operands[1]);
	if (number < 0)
		return unknown(options);
	status = cli_need_root(options, "signal", "services have users of their own");
	if (status)
		return status;
	status = send_all(options, &stack, number);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_signal = {
	.name = "signal",
	.arguments = "SERVICE SIGNAL",
	.summary = "a signal to a running service's main process",
	.accepts = CLI_POLICY | CLI_JSON | CLI_STACK,
	.acts = true,
	.run = signal_verb,
	.help = "By name, with or without SIG, or by number.  Pid files mean nothing outside: a\n"
		"service counts processes by itself, and its number is a stranger's here.  Of\n"
		"several instances all get it, or the one that is named: storefront.2\n"
		"Exit status: 0 sent, 1 it is not running, 2 there is no such service or signal.\n",
};
