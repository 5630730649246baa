/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The role scenarios that bulkhead must make true, by name: what must be
 * refused to a service of the role, and what must work all the same.
 */

#include <stdbool.h>
#include <stddef.h>

struct drill_table;
struct plan_service;

enum { DRILL_SCENARIO_NAMES = 8 };

struct drill_scenario {
	const char *name;
	const char *roles[4]; /* services of these roles, NULL after the last */
	const char *refused[DRILL_SCENARIO_NAMES];   /* attempts */
	const char *permitted[DRILL_SCENARIO_NAMES]; /* of which those that apply must work */
	const char *why;                             /* what stands in for what */
	bool stand_in;                               /* against a stand-in */
	bool accepts;                                /* and a declared peer must reach it */
};

const struct drill_scenario *drill_scenarios(size_t *count);

/* Is it about @service? */
bool drill_scenario_about(
	const struct drill_scenario *scenario, const struct plan_service *service);

enum drill_scenario_result {
	DRILL_HOLDS,
	DRILL_BROKEN, /* something got through, or something permitted does not work */
	DRILL_OPEN,   /* nothing could be shown: every attempt was void or not applicable */
};

/*
 * From the verdicts of the attempts that it needs; @text (at least 160 bytes) says what broke it,
 * or what is void on this host.
 */
enum drill_scenario_result drill_scenario_judge(const struct drill_scenario *scenario,
	const struct drill_table *attempts, char *text, size_t size);
