/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Several attempts in one launch: those that are over at once (drill_together()). */

#include <stdbool.h>
#include <stddef.h>

struct drill_answer;
struct drill_attempt;
struct drill_end;
struct drill_world;
struct fault;
struct plan_service;

/* So many at most, or what they print would not be read whole. */
enum { DRILL_BATCH = 96, DRILL_BATCH_WORDS = 3 * DRILL_BATCH + 3 };

/* One of them: what it is and what it is told. */
struct drill_item {
	const struct drill_attempt *attempt;
	const char *first, *second;
	struct drill_answer *answer;
};

/* Is @attempt one of those?  It does not need a process that did nothing before, and has no program
 * run in its place. */
bool drill_together(const struct drill_attempt *attempt);

/* What the payload is told, but for its own name: each of @items, or all at once (drill/sweep.h)
 * when the first is one of those that may be.  NULL after the last. */
void drill_batch_words(
	const struct drill_item *items, size_t count, const char *words[static DRILL_BATCH_WORDS]);

/*
 * One launch of @service in cgroup @group, whose output comes from @output: the first of @items are
 * made in it, one at least, the others when none gets through and none is its end.  @done says how
 * many.
 */
int drill_batch(const struct drill_world *world, const struct plan_service *service,
	const char *group, int output, const struct drill_item *items, size_t count, size_t *done,
	struct fault *why);

/* Fill in the answers of the first of @items by what came of their process: one at least, all
 * unless one got through or ended it.  How many. */
size_t drill_batch_conclude(
	const struct drill_item *items, size_t count, const struct drill_end *end);
