/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Talking to the supervisor of a stack: the socket /run/bulkhead/STACK/control,
 * SOCK_SEQPACKET, for root alone.  One request a connection; answers are news
 * until STACK_NEWS_DONE.  Who ends its own side before that takes back what its
 * `up` asked for, and reads on until the other side ends too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "stack/schedule.h"

enum stack_control_verb {
	STACK_CONTROL_UP,      /* start what is missing of these, and of what they depend on */
	STACK_CONTROL_RESTART, /* stop and start these */
	STACK_CONTROL_STATE,   /* tell of all */
	STACK_CONTROL_PLAN,    /* plan `number` counts from now on */
};

enum { STACK_CONTROL_NAMES = 32768 };

/* As much of `names` as there is in use is sent. */
struct stack_control_request {
	uint32_t version; /* STACK_STATE_VERSION: it changes with what is said here */
	uint32_t verb;
	uint32_t within; /* UP, RESTART: seconds */
	uint32_t number;
	char names[STACK_CONTROL_NAMES]; /* of services, each with its NUL; none: all */
};

enum stack_news_kind {
	STACK_NEWS_STARTED,
	STACK_NEWS_READY,
	STACK_NEWS_FAILED, /* the request: `why` */
	STACK_NEWS_STATE,  /* of a service */
	STACK_NEWS_DONE,
	STACK_NEWS_KINDS,
};

struct stack_news {
	uint32_t kind;
	char service[128];
	bool changed; /* DONE: something was started */
	/* STATE */
	uint32_t state; /* enum schedule_state */
	uint32_t restarts, unhealthy;
	int64_t left;   /* ms until it starts; -1: unknown */
	char text[160]; /* what it waits for, or why it is not ready */
	/* FAILED; its file is in `file` */
	struct fault why;
	char file[512];
};

/*
 * Connect to the supervisor of @stack and ask.  Without @names of all services.
 * Returns the connection, which the caller closes, or a negative errno: when
 * nobody answers with a hint that says how to get a supervisor.
 */
int stack_control_ask(const char *stack, enum stack_control_verb verb, uint32_t within,
	uint32_t number, char *const *names, size_t count, struct fault *why);

/* The next news, waited for.  1; 0: the other side has ended; or -errno. */
int stack_control_next(int connection, struct stack_news *news);

/* What a failed request failed of: fill @why, with its file in @arena.  Returns its code. */
struct arena;
int stack_control_failed(const struct stack_news *news, struct arena *arena, struct fault *why);

/* Make the socket in the run folder @folder; the launcher's.  The caller closes it. */
int stack_control_listen(int folder, struct fault *why);
