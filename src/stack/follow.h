/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Asking the supervisor for something, and telling people what comes of it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/control.h"

struct arena;
struct fault;
struct plan;

struct stack_follow {
	const char *stack;
	const struct plan *plan; /* whose services they are */
	enum stack_control_verb verb;
	uint32_t within, number;
	bool begun; /* the supervisor was, just now: that nobody answers means that it died */
	char *const *services; /* none: all */
	size_t service_count;
	struct arena *arena; /* for the file that a fault names */
	/* Progress, as of struct stack_up; or NULL. */
	void (*say)(void *context, const char *service, const char *text);
	void *context;
	/* Out */
	const char *failed; /* the service that is to blame, or NULL; as the plan names it */
	bool changed;       /* something was started */
};

/*
 * Ask, and wait until it is done.  On failure, and on SIGINT and SIGTERM, which
 * the caller has blocked, what was asked for is taken back, and that is waited for
 * as well.
 */
int stack_follow(struct stack_follow *follow, struct fault *why);
