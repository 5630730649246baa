/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The part of `up` that the supervisor shares: it is forked in the middle of it. */

#include <signal.h>
#include <stdbool.h>

struct arena;
struct fault;
struct stack_up;

struct stack_begin {
	struct stack_up *up;
	struct arena *arena;
	const bool *wanted; /* by index in the plan: to be started now */
	int folder;         /* the run folder */
	int lock, guard;    /* held by both until everything is launched */
	sigset_t before;    /* the caller's signal mask, for the supervisor */
};

/*
 * Fork the supervisor and listen until it has launched everything, or failed.
 * SIGINT and SIGTERM, which the caller has blocked, end both it and the wait.
 */
int stack_begin(const struct stack_begin *begin, struct fault *why);
