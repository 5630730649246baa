/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a drill found: a record for --json, and for people (cli/drill_text.h). */

#include <stdbool.h>
#include <stddef.h>

#include "base/record.h"
#include "base/where.h"
#include "catalog/layer.h"
#include "drill/scenario.h"
#include "drill/verdict.h"

struct arena;
struct drill_table;

struct cli_drill_row {
	const char *category, *attempt, *sentence;
	enum drill_standing verdict;
	const char *layer; /* of what was stopped; else left out */
	bool measured;     /* else the layer is the expected one */
	int error;
	struct where where; /* left out: not declared */
	const char *text;
};

struct cli_drill_place {
	const char *name, *role; /* a service; or "gateway", "init of db" without a role */
	struct cli_drill_row *rows;
	size_t row_count;
};

struct cli_drill_scenario {
	const char *name, *service;
	enum drill_scenario_result result;
	bool stand_in;
	const char *why;  /* what stands in for what */
	const char *text; /* what broke it */
};

struct cli_drill_report {
	const char *stack;
	bool live; /* in the running stack's own networks */
	struct cli_drill_place *places;
	size_t place_count;
	struct cli_drill_scenario *scenarios;
	size_t scenario_count;
	unsigned stopped, through, void_count, idle, broken;
};

extern const struct record_type cli_drill_record;
extern const char *const cli_drill_results[];

/* Add the verdicts of a place, or of a scenario. */
void cli_drill_add(struct cli_drill_report *report, const char *name, const char *role,
	const struct drill_table *table, struct arena *arena);
void cli_drill_add_scenario(struct cli_drill_report *report, const struct drill_scenario *scenario,
	const char *service, const struct drill_table *table, struct arena *arena);
