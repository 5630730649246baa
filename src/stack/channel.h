/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Between the launcher, which has every right, and its supervisor, which has
 * none: a SOCK_SEQPACKET pair with messages of fixed size.  The supervisor asks,
 * the launcher answers each request once, in any order.  Nothing in a request
 * is text, a path or a pid: a verb, an index into the plan, a number.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum stack_verb {
	STACK_FIND,          /* who runs already; answered like a start, or with the record alone */
	STACK_START,         /* answered with its pidfd and the record that its init writes */
	STACK_SIGNAL,        /* `number` to its init, which passes on what is not SIGKILL */
	STACK_LOOK,          /* is all bound that it listens on?  `why`: what is missing */
	STACK_PROBE_READY,   /* run the command that says whether it is ready */
	STACK_PROBE_HEALTHY, /* whether it is healthy */
	STACK_END_PHASE,     /* it is ready: what it may do only until then ends; -EAGAIN: it is
				busy still, unless `number` says that it had its time; its init
				writes down when it has done it, after the answer */
	STACK_SETTLE,        /* `up` is content: outlive it */
	STACK_PLAN,          /* plan `number` counts from now on; answered with its file */
	STACK_VERBS,
};

/* Instead of a service: none of them, or one of the relays (enum gateway_part). */
#define STACK_WHOLE UINT32_MAX
#define STACK_RELAY(part) (STACK_WHOLE - 1 - (uint32_t)(part))
enum { STACK_RELAYS = 3 };

enum { STACK_ANSWER_FDS = 2 };

struct stack_request {
	uint32_t verb;
	uint32_t service; /* index in the plan, STACK_RELAY() or STACK_WHOLE */
	uint32_t number;  /* LOOK and PROBE: the asker's own, by which it knows the answer */
};

struct stack_answer {
	struct stack_request request; /* what it answers */
	int32_t code;                 /* 0 or a negative errno, with `why` */
	bool known, alive;            /* FIND: it was started once; it runs still */
	uint64_t since;               /* FIND: seconds since 1970 */
	struct fault why;             /* its file is in `file` */
	char file[512];
};

/* 0 or -errno.  The descriptors stay the caller's. */
int stack_channel_ask(int channel, const struct stack_request *request);
int stack_channel_answer(
	int channel, const struct stack_answer *answer, const int *fds, size_t count);

/* 1: one was received; 0: the other end is gone; or -errno (-EPROTO: another size). */
int stack_channel_request(int channel, struct stack_request *request);
/* The same; descriptors that did not come are -1, the others are the caller's to close. */
int stack_channel_heard(int channel, struct stack_answer *answer, int fds[STACK_ANSWER_FDS]);
