/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Commands that nobody sits in front of: probes and reloads inside a running
 * service (stack/enter.h), for the launcher, which waits for none of them.
 *
 * Each is begun by a process of its own, a child of the caller, that bounds its
 * time and its output; when the caller dies it ends with all it has begun.  It
 * keeps no descriptor of the caller's but 0-2.
 */

#include <stddef.h>

struct fault;
struct plan;
struct plan_service;
struct stack_member;

struct stack_command {
	const struct plan *plan; /* the one that the service was launched by */
	const struct plan_service *service;
	const struct stack_member *member; /* of the running service */
	const char *const *arguments;      /* argv; [0] is a path in the view */
	size_t argument_count;
	unsigned seconds; /* then it is killed */
	/* Each line of its output, printable, the first few alone; and why it was not run.  Called
	 * in that process. */
	void (*say)(void *context, const char *service, const char *line);
	void *context;
};

/* Beside its own status, 128 + signal when one ended it: */
enum { STACK_COMMAND_LATE = 124, STACK_COMMAND_NOT_RUN = 125 };

/* Start it; *@pidfd polls readable when it has ended.  0 or -errno. */
int stack_command_start(const struct stack_command *command, int *pidfd, struct fault *why);

/* Reap one that has ended, and close @pidfd.  Its status as above. */
int stack_command_end(int pidfd);
