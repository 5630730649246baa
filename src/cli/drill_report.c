/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_report.h"

#include "base/arena.h"
#include "drill/depth.h"
#include "drill/matrix.h"
#include "drill/run.h"
#include "plan/depth.h"
#include "plan/plan.h"

const char *const cli_drill_results[] = {
	[DRILL_HOLDS] = "holds", [DRILL_BROKEN] = "broken", [DRILL_OPEN] = "open"};

static const struct record_field row_fields[] = {
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, category),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, attempt),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, sentence),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, group),
	RECORD_ITEM_ENUM(struct cli_drill_row, verdict, drill_standings),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, layer),
	RECORD_ITEM(struct cli_drill_row, RECORD_BOOL, measured),
	RECORD_ITEM(struct cli_drill_row, RECORD_INT, error),
	RECORD_ITEM(struct cli_drill_row, RECORD_WHERE, where),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, text),
	RECORD_ITEM_ARRAY(struct cli_drill_row, RECORD_TEXTS, holds, hold_count),
};
static const struct record_type row_record = RECORD_TYPE(struct cli_drill_row, row_fields);

static const struct record_field place_fields[] = {
	RECORD_ITEM(struct cli_drill_place, RECORD_TEXT, name),
	RECORD_ITEM(struct cli_drill_place, RECORD_TEXT, role),
	RECORD_ITEM_LIST(struct cli_drill_place, rows, row_count, &row_record),
};
static const struct record_type place_record = RECORD_TYPE(struct cli_drill_place, place_fields);

static const struct record_field scenario_fields[] = {
	RECORD_ITEM(struct cli_drill_scenario, RECORD_TEXT, name),
	RECORD_ITEM(struct cli_drill_scenario, RECORD_TEXT, service),
	RECORD_ITEM_ENUM(struct cli_drill_scenario, result, cli_drill_results),
	RECORD_ITEM(struct cli_drill_scenario, RECORD_BOOL, stand_in),
	RECORD_ITEM(struct cli_drill_scenario, RECORD_TEXT, why),
	RECORD_ITEM(struct cli_drill_scenario, RECORD_TEXT, text),
};
static const struct record_type scenario_record =
	RECORD_TYPE(struct cli_drill_scenario, scenario_fields);

static const struct record_field shallow_fields[] = {
	RECORD_ITEM(struct cli_drill_shallow, RECORD_TEXT, attempt),
	RECORD_ITEM(struct cli_drill_shallow, RECORD_TEXT, sentence),
	RECORD_ITEM(struct cli_drill_shallow, RECORD_TEXT, only),
	RECORD_ITEM(struct cli_drill_shallow, RECORD_TEXT, reason),
	RECORD_ITEM(struct cli_drill_shallow, RECORD_TEXT, text),
};
static const struct record_type shallow_record =
	RECORD_TYPE(struct cli_drill_shallow, shallow_fields);

static const struct record_field cell_fields[] = {
	RECORD_ITEM(struct cli_drill_cell, RECORD_TEXT, service),
	RECORD_ITEM(struct cli_drill_cell, RECORD_TEXT, class),
	RECORD_ITEM(struct cli_drill_cell, RECORD_TEXT, sentence),
	RECORD_ITEM(struct cli_drill_cell, RECORD_U32, attempts),
	RECORD_ITEM(struct cli_drill_cell, RECORD_U32, least),
	RECORD_ITEM_ARRAY(struct cli_drill_cell, RECORD_TEXTS, meant, meant_count),
	RECORD_ITEM_ARRAY(struct cli_drill_cell, RECORD_TEXTS, holds, hold_count),
	RECORD_ITEM_ARRAY(struct cli_drill_cell, RECORD_TEXTS, missing, missing_count),
	RECORD_ITEM_ARRAY(struct cli_drill_cell, RECORD_TEXTS, beyond, beyond_count),
	RECORD_ITEM_ARRAY(struct cli_drill_cell, RECORD_TEXTS, least_attempts, least_count),
	RECORD_ITEM_LIST(struct cli_drill_cell, shallow, shallow_count, &shallow_record),
};
static const struct record_type cell_record = RECORD_TYPE(struct cli_drill_cell, cell_fields);

static const struct record_field report_fields[] = {
	RECORD_ITEM(struct cli_drill_report, RECORD_TEXT, stack),
	RECORD_ITEM(struct cli_drill_report, RECORD_BOOL, live),
	RECORD_ITEM_ARRAY(struct cli_drill_report, RECORD_TEXTS, without, without_count),
	RECORD_ITEM_LIST(struct cli_drill_report, places, place_count, &place_record),
	RECORD_ITEM_LIST(struct cli_drill_report, scenarios, scenario_count, &scenario_record),
	RECORD_ITEM_LIST(struct cli_drill_report, cells, cell_count, &cell_record),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, shallow),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, stopped),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, through),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, void_count),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, idle),
	RECORD_ITEM(struct cli_drill_report, RECORD_U32, broken),
};
const struct record_type cli_drill_record = RECORD_TYPE(struct cli_drill_report, report_fields);

void cli_drill_add(struct cli_drill_report *report, const char *name, const char *role,
	const struct drill_table *table, struct arena *arena)
{
	struct cli_drill_place *place =
		arena_append(arena, &report->places, &report->place_count, sizeof(*place));

	*place = (struct cli_drill_place){.name = name, .role = role};
	place->row_count = table->count;
	place->rows = arena_alloc(arena, (table->count + 1) * sizeof(*place->rows));
	for (size_t i = 0; i < table->count; i++) {
		const struct drill_verdict *verdict = &table->verdicts[i];
		bool stopped = verdict->standing == DRILL_STOPPED;

		place->rows[i] = (struct cli_drill_row){
			.category = verdict->category,
			.attempt = verdict->attempt,
			.sentence = verdict->sentence,
			.group = verdict->group,
			.verdict = verdict->standing,
			.layer = stopped ? catalog_layer_names[verdict->layer] : NULL,
			.measured = stopped && verdict->measured,
			.error = verdict->answer.error,
			.where = verdict->where,
			.text = arena_text(arena, verdict->text),
		};
		/* In the order in which they answered. */
		for (size_t j = 0; table->depths && j < table->depths[i].count; j++) {
			const char **next = arena_append(arena, &place->rows[i].holds,
				&place->rows[i].hold_count, sizeof(*next));
			*next = catalog_layer_names[table->depths[i].holds[j].layer];
		}
	}
	report->stopped += (unsigned)drill_count(table, DRILL_STOPPED);
	report->through += (unsigned)drill_count(table, DRILL_THROUGH);
	report->void_count += (unsigned)drill_count(table, DRILL_VOID);
	report->idle += (unsigned)drill_count(table, DRILL_IDLE);
}

const char **cli_drill_layers(unsigned layers, struct arena *arena, size_t *count)
{
	const char **names = NULL;

	*count = 0;
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (layers >> layer & 1) {
			const char **next = arena_append(arena, &names, count, sizeof(*next));
			*next = catalog_layer_names[layer];
		}
	return names;
}

static void copy_shallow(
	struct cli_drill_cell *row, const struct drill_cell *cell, struct arena *arena)
{
	for (size_t i = 0; i < cell->shallow_count; i++) {
		const struct drill_shallow *from = &cell->shallow[i];
		struct cli_drill_shallow *to =
			arena_append(arena, &row->shallow, &row->shallow_count, sizeof(*to));

		*to = (struct cli_drill_shallow){
			from->attempt, from->sentence, from->only, from->reason, from->text};
	}
}

void cli_drill_add_depth(struct cli_drill_report *report, const struct plan_service *service,
	const struct drill_table *table, struct arena *arena)
{
	size_t count;
	struct drill_cell *cells = drill_cells(table, service, arena, &count);

	for (size_t i = 0; i < count; i++) {
		const struct drill_cell *cell = &cells[i];
		struct cli_drill_cell *row =
			arena_append(arena, &report->cells, &report->cell_count, sizeof(*row));
		unsigned found = 0;

		for (int layer = 0; layer < LAYER_COUNT; layer++)
			found |= cell->holds[layer] ? 1U << layer : 0;
		*row = (struct cli_drill_cell){.service = service->name,
			.class = cell->class->name,
			.sentence = cell->class->sentence,
			.attempts = (uint32_t)cell->attempts,
			.least = (uint32_t)cell->least,
			.least_attempts = cell->least_attempts,
			.least_count = cell->least_count,
			.cell = cell};
		row->meant = cli_drill_layers(cell->meant, arena, &row->meant_count);
		row->holds = cli_drill_layers(found, arena, &row->hold_count);
		row->missing = cli_drill_layers(cell->meant & ~found, arena, &row->missing_count);
		row->beyond = cli_drill_layers(found & ~cell->meant, arena, &row->beyond_count);
		copy_shallow(row, cell, arena);
		report->shallow += (unsigned)drill_unexplained(cell);
	}
}

void cli_drill_add_scenario(struct cli_drill_report *report, const struct drill_scenario *scenario,
	const char *service, const struct drill_table *table, struct arena *arena)
{
	char text[200];
	struct cli_drill_scenario *row =
		arena_append(arena, &report->scenarios, &report->scenario_count, sizeof(*row));

	*row = (struct cli_drill_scenario){
		.name = scenario->name,
		.service = service,
		.result = drill_scenario_judge(scenario, table, text, sizeof(text)),
		.stand_in = scenario->stand_in,
		.why = scenario->why,
	};
	row->text = arena_text(arena, text);
	report->broken += row->result == DRILL_BROKEN;
}
