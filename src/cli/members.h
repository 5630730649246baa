/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The running services that a name means: one, or all instances of one. */

#include <stddef.h>

struct cli_options;
struct cli_stack;
struct plan;
struct plan_service;
struct stack_member;

struct cli_member {
	const struct plan *plan; /* the one that it was launched by */
	const struct plan_service *service;
	const struct stack_member *member; /* NULL: it was never started */
};

struct cli_members {
	struct cli_member *list; /* never empty */
	size_t count;
};

/*
 * Find @name in the stack (cli_stack_default()), whose state is read.  0, or the
 * exit status after printing why.  The caller ends with cli_stack_done() in
 * either case.
 */
int cli_members_find(const struct cli_options *options, const char *name, struct cli_stack *stack,
	struct cli_members *members);
