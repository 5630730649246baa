/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "stack/status.h"

struct arena;
struct stack_state;

/* A status in the making. */
struct stack_status_look {
	const struct stack_state *state;
	struct arena *arena;
	struct stack_status *status;
};

/* Append a copy of @row; one that is not enforced, and not expected so, is drift. */
void stack_status_add(struct stack_status_look *look, const struct stack_status_row *row);
