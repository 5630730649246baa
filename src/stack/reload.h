/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Another policy for a stack that runs.  What the supervisor does with a service
 * (struct plan_life), the limits of its cgroup and the network change at once; what a launch
 * lays down waits for `restart`; services themselves and their addresses do not change while they
 * run.
 *
 * The network changes in all namespaces or in none, and the state says while it does: of one that
 * was cut off the next `reload` or `up` makes one or the other.
 */

#include <stdbool.h>
#include <stddef.h>

#include "plan/difference.h"

struct arena;
struct fault;
struct plan;
struct stack_state;

struct stack_reload {
	const struct plan *plan;
	struct arena *arena;
	void (*say)(
		void *context, const char *service, const char *text); /* as of struct stack_up */
	void *context;
	bool dry;                   /* change nothing: say what would */
	int kill_after, fail_after; /* test builds: stack/reload_step.h */
	/* Out, in @arena: what differs from what runs, and the services that run by what the policy
	 * does not say any more. */
	struct plan_differences differences;
	const char **stale;
	size_t stale_count;
};

/* Apply.  Without a supervisor as well: the next goes on by it. */
int stack_reload(struct stack_reload *reload, struct fault *why);

/* Bring to an end what a reload that was cut off has left of the network of @state, which is of no
 * use afterwards; @reload needs no plan.  The caller holds the stack's lock. */
int stack_reload_mend(
	struct stack_reload *reload, const struct stack_state *state, struct fault *why);
