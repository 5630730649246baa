/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The one ordered table of what a launch does, on its four sides; and of what a
 * command does that enters a running service (stack/enter.h), which is the same
 * but for what is there already.
 *
 * stack/launch.c walks the rows of its side; adding a step is adding a row.
 * A failed step ends the launch: nothing is best effort here, since the plan
 * already fits the running kernel.
 */

#include <stddef.h>

#include "catalog/layer.h"

struct enforce_launch;
struct fault;

enum enforce_side {
	ENFORCE_LAUNCHER, /* before the clone, with the host's rights */
	ENFORCE_MAPPER,   /* the launcher again, after the clone */
	ENFORCE_INIT,     /* pid 1 of the new namespaces, before it forks the service; or the
			   * keeper, who goes into those of a service and forks a command */
	ENFORCE_SERVICE,  /* the service or the command, until its program runs */
};

/* Bits: who takes a step.  What confines a process itself is taken by both. */
enum enforce_taker { ENFORCE_LAUNCHES = 1 << 0, ENFORCE_ENTERS = 1 << 1 };

struct enforce_step {
	const char *name;
	enum layer layer; /* LAYER_COUNT: of no layer, never left out */
	enum enforce_side side;
	unsigned takers;
	int (*apply)(struct enforce_launch *launch, struct fault *why);
};

/* Numbers of steps (for kill_after) are places in this table, from 1. */
extern const struct enforce_step enforce_steps[];
extern const size_t enforce_step_count;

/*
 * Run the steps of @side in order, but those that are not for such a launch or of layers left
 * out; @done(@number)
 * after each.  On failure @why is told the step's name as well.
 */
int enforce_walk(struct enforce_launch *launch, enum enforce_side side,
	void (*done)(struct enforce_launch *launch, size_t number), struct fault *why);
