/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the kernel enforces now on a running stack, compared with its plan. */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"
#include "enforce/verify.h"

struct arena;
struct record_type;
struct stack_state;

struct stack_status_row {
	const char *subject; /* a service, "init of NAME", "router", "gateway", "supervisor" */
	const char *layer;   /* a layer's name, or "process" */
	enum enforce_state state;
	bool expected; /* the plan does without it: no drift */
	const char *text;
	struct where where;
	bool audit; /* weaker as the policy says: drift all the same */
};

struct stack_status {
	const char *stack;
	bool drift; /* something that the plan relies on is weaker, absent or unknown */
	struct stack_status_row *rows;
	size_t row_count;
};

extern const struct record_type stack_status_record;
extern const char *const stack_status_words[]; /* by enum enforce_state */

/* Needs root.  Rows of services come first, in the plan's order. */
struct stack_status *stack_status(const struct stack_state *state, struct arena *arena);
