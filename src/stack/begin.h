/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The part of `up` that the launcher shares: it is forked in the middle of it. */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct fault;
struct stack_state;
struct stack_up;

struct stack_begin {
	struct stack_up *up;
	struct arena *arena;
	const struct stack_state *state; /* what runs; NULL: nothing */
	uint32_t generation;             /* of up->plan */
	int folder;                      /* the run folder */
	int lock, guard;                 /* held by both until `up` is content */
	sigset_t before;                 /* the caller's signal mask, for the launcher */
};

/*
 * Fork the launcher, which forks the supervisor, and wait until that answers on
 * the control socket.  Returns the launcher's pid.  SIGINT and SIGTERM, which the
 * caller has blocked, end them and the wait.
 */
pid_t stack_begin(const struct stack_begin *begin, struct fault *why);
