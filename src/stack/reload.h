/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Another policy for a stack that runs.  What the supervisor does with a service
 * (struct plan_life) and the limits of its cgroup change at once; what a launch
 * lays down waits for `restart`; what services share (addresses, edges, doors)
 * does not change while they run.
 */

#include <stddef.h>

struct arena;
struct fault;
struct plan;

struct stack_reload {
	const struct plan *plan;
	struct arena *arena;
	void (*say)(
		void *context, const char *service, const char *text); /* as of struct stack_up */
	void *context;
	/* Out: services that run by what the policy does not say any more, in @arena. */
	const char **stale;
	size_t stale_count;
};

/* Apply.  Without a supervisor as well: the next goes on by it. */
int stack_reload(struct stack_reload *reload, struct fault *why);
