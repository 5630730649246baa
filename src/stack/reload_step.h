/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Places where a test build can kill `reload` (--kill-after) or have it fail (--fail-after), in the
 * order in which it comes by; those of the network follow, one for each step that it takes.
 */

#include <stdbool.h>

struct stack_reload;

enum stack_reload_step {
	STACK_RELOAD_WRITTEN = 201, /* the plan, which does not count yet */
	STACK_RELOAD_BEGUN,         /* the state says that the network changes */
	STACK_RELOAD_CHANGED,       /* the network is as planned */
	STACK_RELOAD_COUNTS,        /* and the state says so */
	STACK_RELOAD_TOLD,          /* launcher and supervisor go on by it */
	STACK_RELOAD_ENDED,         /* what went on by edges that are gone has ended */
	STACK_RELOAD_NETWORK = 211, /* its first step */
};

/* Called at each of them; true: fail here. */
bool stack_reload_step(const struct stack_reload *reload, int step);
