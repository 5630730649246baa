/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of plan_compare() hand to each other. */

#include "plan/difference.h"

struct plan_budget;

struct plan_comparison {
	const struct plan *before, *after;
	struct plan_differences *differences;
	struct arena *arena;
};

void plan_differ(struct plan_comparison *comparison, const struct plan_difference *difference);

/* difference_shared.c: addresses, ids, folders of sockets. */
void plan_compare_shared(struct plan_comparison *comparison);
/* difference_relay.c: doors, what leaves the stack, names. */
void plan_compare_relays(struct plan_comparison *comparison);

/* "20 new connections in 1 s, 5 connections", or "no limit" (NULL). */
const char *plan_budget_text(const struct plan_budget *budget, struct arena *arena);
