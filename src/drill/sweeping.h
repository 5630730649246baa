/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Attempts that are swept (drill/sweep.h), from the drill's side: all of them in one launch, and in
 * depth all of them in one launch for each set of layers that is left off.
 */

#include <stddef.h>

#include "drill/report.h"

struct drill_answer;
struct drill_depth;
struct drill_item;
struct drill_verdict;
struct drill_world;
struct fault;
struct plan_service;

struct drill_sweeping {
	struct drill_world *world;
	const struct plan_service *service;
	int output; /* as of drill_batch() */
	const struct drill_item *items;
	size_t count;
	struct drill_swept_off *offs; /* what was tried already; in the world's arena */
	size_t off_count;
};

/* Make the attempts, by world->without; the items' answers are filled in. */
int drill_sweep_launch(const struct drill_sweeping *sweeping, struct fault *why);

/* How deep item @index is held, whose @verdict is that of the first launch.  Nothing without
 * options->depth. */
int drill_deepen_swept(struct drill_sweeping *sweeping, size_t index,
	const struct drill_answer *control, const struct drill_verdict *verdict,
	struct drill_depth *depth, struct fault *why);
