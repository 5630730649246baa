/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What another policy changes of a stack that runs, in words. */

#include <stddef.h>

#include "base/where.h"

struct arena;
struct plan;
struct plan_service;

/* When it counts. */
enum plan_difference_when {
	PLAN_AT_ONCE, /* while all runs on */
	PLAN_RESTART, /* after a restart of its service */
	PLAN_ANEW,    /* after the whole stack went down and up */
};
enum { PLAN_DIFFERENCE_WHENS = PLAN_ANEW + 1 };
extern const char *const plan_difference_words[PLAN_DIFFERENCE_WHENS];

struct plan_difference {
	enum plan_difference_when when;
	const char *service;  /* or "gateway", "outlet", "resolver"; NULL: the stack */
	const char *text;     /* "may connect to db:5432" */
	const char *restarts; /* the relay in whose place another one serves then; NULL */
	struct where where;   /* the line that says so; of what is gone the one that said it */
};

struct plan_differences {
	struct plan_difference *list;
	size_t count;
};

extern const struct record_type plan_difference_record;

/* From @before, by which a stack runs, to @after: in @arena. */
struct plan_differences plan_compare(
	const struct plan *before, const struct plan *after, struct arena *arena);

/* The same of one service alone: its confinement, its limits and what is done with it. */
void plan_compare_service(struct plan_differences *differences, const struct plan_service *before,
	const struct plan_service *after, struct arena *arena);

/* The first that counts by @when, or NULL. */
const struct plan_difference *plan_difference_of(
	const struct plan_differences *differences, enum plan_difference_when when);
