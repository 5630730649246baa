/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Run attempts inside a service's confinement and judge what came back. */

#include <stddef.h>

#include "drill/verdict.h"

struct arena;
struct drill_depth;
struct drill_scenario;
struct drill_world;
struct fault;
struct plan_service;

/* Verdicts of one service or place, in the order of the categories. */
struct drill_table {
	struct drill_verdict *verdicts; /* in the arena */
	size_t count;
	struct drill_depth *depths; /* one for each; all empty without options->depth */
};

/*
 * Every attempt in @service's confinement, in as few launches as they take.  0, or a
 * negative errno with @why: a launch failed, or the drill itself.
 */
int drill_service(struct drill_world *world, const struct plan_service *service,
	struct arena *arena, struct drill_table *table, struct fault *why);

/* What a scenario about @service needs: its attempts and what must work. */
int drill_scenario_run(struct drill_world *world, const struct drill_scenario *scenario,
	const struct plan_service *service, struct arena *arena, struct drill_table *table,
	struct fault *why);

/* How many verdicts of @table stand so. */
size_t drill_count(const struct drill_table *table, enum drill_standing standing);
