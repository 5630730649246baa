/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `up` has begun is undone when it fails, and by a guard when it is killed. */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/guard.h"

struct arena;
struct fault;
struct stack_state;
struct stack_up;

/* One `up` at work. */
struct up_work {
	struct stack_up *up;
	struct arena *arena;
	struct stack_state *state; /* what ran before; NULL: nothing */
	uint32_t generation;       /* of the plan */
	bool another;              /* it is another than what runs was started by */
	int folder, lock;
	struct guard guard;
	sigset_t before; /* the caller's signal mask */
};

/* Undo what was started here, and only that. */
void up_undo(struct up_work *work);

/* From now on a guard takes the lock away when `up` is killed; or undoes all as well. */
int up_guard_lock(struct up_work *work, struct fault *why);
int up_guard_all(struct up_work *work, struct fault *why);
