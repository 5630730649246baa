/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which running stack a verb means, for verbs that work on state and not on a policy. */

struct arena;
struct cli_options;
struct stack_state;

struct cli_stack {
	struct arena *arena;
	const char *name;
	struct stack_state *state; /* cli_stack_state(), cli_stack_read() only */
};

/*
 * The stack named as operand; else the one of the policy that was given or lies
 * here; else the only one that is up.  0, or the exit status after printing why.
 * The caller ends with cli_stack_done() in either case.
 */
int cli_stack_name(const struct cli_options *options, struct cli_stack *stack);

/* The same, where operands are something else: the one of --stack, or by default. */
int cli_stack_default(const struct cli_options *options, struct cli_stack *stack);

/* Read the state of @stack, which has its name.  0, or the exit status after printing why. */
int cli_stack_state(const struct cli_options *options, struct cli_stack *stack);

/* cli_stack_name() and cli_stack_state(). */
int cli_stack_read(const struct cli_options *options, struct cli_stack *stack);

void cli_stack_done(struct cli_stack *stack);
