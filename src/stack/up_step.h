/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Places where a test build can kill `up`, or the launcher that it forks, by
 * --kill-after; smaller numbers are steps of a launch (enforce/steps.h).
 */

struct stack_up;

enum stack_up_step {
	STACK_UP_LOCKED = 101,
	STACK_UP_CLEARED,
	STACK_UP_PREPARED,
	STACK_UP_FORKED,
	STACK_UP_ROUTER,     /* the launcher, from here */
	STACK_UP_CONTROL,    /* the control socket is there, and nobody who answers */
	STACK_UP_SUPERVISOR, /* the supervisor is forked */
	STACK_UP_GATEWAY,
	STACK_UP_SERVICE, /* the first */
	STACK_UP_SETTLED,
	STACK_UP_WAITING, /* `up` again: before it asks for anything */
	STACK_UP_READY,   /* and when all is there */
	STACK_UP_END,
};

/* Called at each of them. */
void stack_up_step(const struct stack_up *up, enum stack_up_step step);
