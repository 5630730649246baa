/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One service in the foreground, under its exact confinement. */

#include <stdbool.h>

struct fault;
struct plan;
struct plan_service;

struct stack_run {
	const struct plan *plan;
	const struct plan_service *service;
	char *const *command; /* instead of the plan's; argv[0] a path in the view; or NULL */
	const char *bring;    /* one static program to add; or NULL */
	unsigned without;     /* test builds: as struct stack_launch_options */
	int kill_after;
	/* Notes for people, before the command starts. */
	void (*say)(void *context, const char *service, const char *text);
	void *context;
};

/*
 * Launch, forward signals, wait.  0 when the command ran: *@status is its own
 * exit status (128 + signal when one ended it).  Else nothing is left behind;
 * -ENOENT and -EACCES from the exec itself mean "not found" and "not executable"
 * (@not_executed is set).
 *
 * When the stack is up with the same plan, it has the service's network: that of
 * the running instance, or a link to the router.  Else it has loopback alone.
 */
int stack_run(const struct stack_run *run, int *status, bool *not_executed, struct fault *why);
