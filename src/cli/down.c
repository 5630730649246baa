/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/report.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "stack/up.h"

static void say(void *context, const char *service, const char *text)
{
	const struct cli_stack *stack = context;

	(void)service;
	printf("%s: %s\n", stack->name, text);
	fflush(stdout);
}

static int down(const struct cli_options *options)
{
	struct cli_stack stack;
	struct fault why = {0};
	int status = cli_need_root(options, "down", "it ends processes and removes mounts");

	if (status)
		return status;
	status = cli_stack_name(options, &stack);
	if (status == 0 && stack_down(stack.name, options->json ? NULL : say, &stack, &why) < 0)
		status = cli_fail(options, &why);
	else if (status == 0 && options->json)
		cli_report(options, report_new(stack.arena), 0);
	else if (status == 0)
		printf("%s is down\n", stack.name);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_down = {
	.name = "down",
	.arguments = "[STACK]",
	.summary = "stop a stack and leave nothing of it",
	.accepts = CLI_POLICY | CLI_JSON,
	.acts = true,
	.run = down,
	.help = "Without STACK: the stack of the policy, else the only one that is up.\n"
		"Services get SIGTERM and 10 s.  It works without the supervisor too.  Logs stay.\n"
		"Exit status: 0 down, 1 it was not up.\n",
};
