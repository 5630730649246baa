/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Bring a stack up, and take it down.
 *
 * Both work from /run/bulkhead/STACK alone: `up` adopts what already runs, and
 * `down` needs no supervisor.
 */

#include <stdbool.h>
#include <stddef.h>

#include "stack/log.h"

struct arena;
struct fault;
struct plan;

struct stack_up {
	const struct plan *plan; /* may be enforced: no gap that is required */
	struct arena *arena;     /* outlives what comes out here, the fault's file name too */
	char *const *services;   /* start only these */
	size_t service_count;    /* 0: all */
	unsigned without;        /* test builds: as struct stack_launch_options */
	int kill_after;
	unsigned within; /* seconds to wait until all is ready */
	bool foreground; /* a supervisor of this process' own, which ends with it */
	/* Progress, for people: @service NULL means the stack. */
	void (*say)(void *context, const char *service, const char *text);
	void *context;
	/* Out, when it fails: the service that did not get ready, or NULL; and where its log
	 * stood before. */
	const char *failed;
	struct stack_log_mark failed_log;
	/* Out: everything ran already, and nothing was done. */
	bool was_up;
	int launcher; /* out: its pid, a child; 0: that of an earlier `up` goes on */
};

enum { STACK_READY_SECONDS = 30, STACK_STOP_SECONDS = 10 };

/*
 * Start what is missing and wait until it is ready.  On failure what was started
 * here is stopped again.  Services that run without a supervisor, or with one of
 * an older version, are adopted.
 */
int stack_up(struct stack_up *up, struct fault *why);

/*
 * Stop everything of @stack and remove all that it left: processes, cgroups,
 * mounts, the run folder.  -ENOENT when there was nothing.  @say as of struct
 * stack_up, or NULL.
 */
int stack_down(const char *stack, void (*say)(void *context, const char *service, const char *text),
	void *context, struct fault *why);
