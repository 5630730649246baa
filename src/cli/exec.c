/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/members.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "cli/verb.h"
#include "plan/plan.h"
#include "stack/enter.h"
#include "stack/foreground.h"
#include "stack/launch.h"

static const char hint[] =
	"its view holds what was declared when it started: declare it in `programs`, then start "
	"the service again";

static int enter(const struct cli_options *options, const struct cli_member *found)
{
	const struct stack_enter enter = {.plan = found->plan,
		.service = found->service,
		.member = found->member,
		.command = options->command,
		.kill_after = (int)options->kill_after};
	struct stack_launched entered;
	struct fault why = {0};
	bool not_executed;
	int status;

	if (stack_enter(&enter, &entered, &not_executed, &why) < 0)
		return cli_command_failed(options, found->service, options->command[0],
			not_executed, hint, NULL, &why);
	int error = stack_foreground(&entered, &status);
	stack_enter_end(&enter, &entered);
	if (error == 0)
		return status;
	fault(&why, error, found->service->where, "cannot wait for '%s'", options->command[0]);
	cli_fail(options, &why);
	return CLI_NOT_STARTED;
}

static int name_one(const struct cli_options *options, const struct cli_members *members)
{
	const struct plan_service *first = members->list[0].service;
	const struct plan_service *last = members->list[members->count - 1].service;

	cli_wrong(options, "'%s' has %zu instances, name one: %s to %s", first->base,
		members->count, first->name, last->name);
	return CLI_NOT_STARTED;
}

static int run_in(const struct cli_options *options, struct cli_stack *stack)
{
	struct cli_members members;
	struct fault why = {0};

	if (cli_members_find(options, options->operands[0], stack, &members))
		return CLI_NOT_STARTED;
	if (members.count > 1)
		return name_one(options, &members);
	if (!members.list->member) {
		fault_of(&why, FAULT_NO, 0, members.list->service->where, "'%s' is not running",
			members.list->service->name);
		cli_fail(options, &why);
		return CLI_NOT_STARTED;
	}
	int status = cli_command_find(options, members.list->service, hint, stack->arena);
	return status ? status : enter(options, members.list);
}

static int exec_verb(const struct cli_options *options)
{
	struct cli_stack stack;
	struct fault why = {0};

	if (options->operand_count != 1 || !(options->command && options->command[0])) {
		fault_of(&why, FAULT_USAGE, 0, (struct where){0},
			"exec wants one service and a command");
		fault_hint(&why, "bulkhead exec SERVICE -- PROGRAM [ARGUMENT...]");
		cli_fail(options, &why);
		return CLI_NOT_STARTED;
	}
	if (cli_need_root(options, "exec", "it enters namespaces"))
		return CLI_NOT_STARTED;
	int status = run_in(options, &stack);
	cli_stack_done(&stack);
	return status;
}

const struct cli_verb cli_exec = {
	.name = "exec",
	.arguments = "SERVICE -- COMMAND [ARGUMENT...]",
	.summary = "a command in a running service, confined as that was at its start",
	.accepts = CLI_POLICY | CLI_JSON | CLI_STACK | CLI_KILL | CLI_COMMAND,
	.acts = true,
	.run = exec_verb,
	.refused = CLI_NOT_STARTED,
	.help = "COMMAND is a program that the service may execute: its own, or one of its\n"
		"`programs`.  It sees the service's files, network and secrets, may do what the\n"
		"service might when it started (`after-ready` does not bind it) and no more, and\n"
		"does not see the service's other processes.  What it leaves behind is ended with "
		"it.\n"
		"One instance of several is named: storefront.2\n"
		"Exit status: that of the command; 125 it was not started (--json says why in\n"
		"`code`), 126 COMMAND cannot be executed, 127 the service has no such program.\n",
};
