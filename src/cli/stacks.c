/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/stacks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/report.h"
#include "cli/options.h"
#include "cli/print.h"
#include "policy/policy.h"
#include "stack/state.h"

/* Only its name matters: a policy that has become bad, or lost its roles, still names its stack. */
static int name_of_policy(const struct cli_options *options, struct cli_stack *stack)
{
	struct policy_options reading = {0};
	struct report *report = report_new(stack->arena);
	const struct policy *policy = policy_load(
		options->policies, options->policy_count, &reading, stack->arena, report);

	/* What keeps the name from us is among its mistakes. */
	if (!policy->stack)
		return cli_report(options, report, 2);
	stack->name = policy->stack;
	return 0;
}

/* @how: what names another, said after "name one of them". */
static int only_one(const struct cli_options *options, struct cli_stack *stack, const char *how)
{
	struct fault why = {0};
	size_t count;
	const char **names = stack_names(stack->arena, &count);

	if (count == 1) {
		stack->name = names[0];
		return 0;
	}
	const char *list = count ? names[0] : "";
	for (size_t i = 1; i < count; i++)
		list = arena_printf(stack->arena, "%s, %s", list, names[i]);
	if (count > 1)
		return cli_wrong(
			options, "%zu stacks are up, name one of them%s: %s", count, how, list);
	fault_of(&why, FAULT_NO, 0, (struct where){0}, "no stack is up");
	return cli_fail(options, &why);
}

/* --stack is that option's; else the policy that was given or lies here; else the only one up. */
static int choose(const struct cli_options *options, struct cli_stack *stack, const char *how)
{
	if (options->stack) {
		stack->name = options->stack;
		return 0;
	}
	if (options->policy_given || access(options->policies[0], F_OK) == 0)
		return name_of_policy(options, stack);
	return only_one(options, stack, how);
}

int cli_stack_default(const struct cli_options *options, struct cli_stack *stack)
{
	*stack = (struct cli_stack){.arena = arena_new()};
	return choose(options, stack, " with --stack");
}

int cli_stack_name(const struct cli_options *options, struct cli_stack *stack)
{
	*stack = (struct cli_stack){.arena = arena_new()};
	if (options->operand_count > 1)
		return cli_wrong(
			options, "one stack at a time, not '%s' too", options->operands[1]);
	if (options->operand_count == 1) {
		/* It becomes part of a path. */
		if (strchr(options->operands[0], '/') || options->operands[0][0] == '.')
			return cli_wrong(
				options, "'%s' is not the name of a stack", options->operands[0]);
		stack->name = options->operands[0];
		return 0;
	}
	return choose(options, stack, "");
}

int cli_stack_state(const struct cli_options *options, struct cli_stack *stack)
{
	struct fault why = {0};
	int error = stack_state_read(stack->name, stack->arena, &stack->state, &why);

	if (error == -ENOENT) {
		why.kind = FAULT_NO;
		why.code = 0;
	}
	return error < 0 ? cli_fail(options, &why) : 0;
}

int cli_stack_read(const struct cli_options *options, struct cli_stack *stack)
{
	int status = cli_stack_name(options, stack);

	return status ? status : cli_stack_state(options, stack);
}

void cli_stack_done(struct cli_stack *stack)
{
	arena_free(stack->arena);
}
