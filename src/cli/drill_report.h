/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a drill found: a record for --json, and for people (cli/drill_text.h). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "base/where.h"
#include "catalog/layer.h"
#include "drill/scenario.h"
#include "drill/verdict.h"

struct arena;
struct drill_cell;
struct drill_table;
struct plan_service;

struct cli_drill_row {
	const char *category, *attempt, *sentence;
	const char *group; /* left out: it is none of many that are told as one */
	enum drill_standing verdict;
	const char *layer; /* of what was stopped; else left out */
	bool measured;     /* else the layer is the expected one */
	int error;
	struct where where; /* left out: not declared */
	const char *text;
	const char **holds; /* --depth: layers that hold it, each with those before it left off */
	size_t hold_count;
};

/* --depth: an attempt that one layer alone holds. */
struct cli_drill_shallow {
	const char *attempt, *sentence;
	const char *only;   /* the layer; left out: none is shown */
	const char *reason; /* left out: none is known */
	const char *text;   /* what stops it without the layer; left out: nothing */
};

/* --depth: the attempts of one class that a service was stopped at. */
struct cli_drill_cell {
	const char *service, *class, *sentence;
	uint32_t attempts, least; /* the fewest different parts of the kernel that hold one */
	const char **meant, **holds, **missing, **beyond; /* layers: the plan's, those found, what
							   * the plan has more, what it has less */
	size_t meant_count, hold_count, missing_count, beyond_count;
	const char **least_attempts;
	size_t least_count;
	struct cli_drill_shallow *shallow;
	size_t shallow_count;
	const struct drill_cell *cell; /* not in JSON */
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
	bool live;            /* in the running stack's own networks */
	const char **without; /* layers left off */
	size_t without_count;
	struct cli_drill_place *places;
	size_t place_count;
	struct cli_drill_scenario *scenarios;
	size_t scenario_count;
	struct cli_drill_cell *cells; /* --depth */
	size_t cell_count;
	unsigned shallow; /* attempts that one layer alone holds, for no known reason */
	unsigned stopped, through, void_count, idle, broken;
};

extern const struct record_type cli_drill_record;
extern const char *const cli_drill_results[];

/* Add the verdicts of a place, or of a scenario. */
void cli_drill_add(struct cli_drill_report *report, const char *name, const char *role,
	const struct drill_table *table, struct arena *arena);
/* The cells of @service, of whose verdicts @table is. */
void cli_drill_add_depth(struct cli_drill_report *report, const struct plan_service *service,
	const struct drill_table *table, struct arena *arena);

/* The names of @layers, bits 1 << enum layer. */
const char **cli_drill_layers(unsigned layers, struct arena *arena, size_t *count);

void cli_drill_add_scenario(struct cli_drill_report *report, const struct drill_scenario *scenario,
	const char *service, const struct drill_table *table, struct arena *arena);
