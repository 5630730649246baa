/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_report.h"

#include "base/arena.h"
#include "drill/run.h"

const char *const cli_drill_results[] = {
	[DRILL_HOLDS] = "holds", [DRILL_BROKEN] = "broken", [DRILL_OPEN] = "open"};

static const struct record_field row_fields[] = {
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, category),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, attempt),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, sentence),
	RECORD_ITEM_ENUM(struct cli_drill_row, verdict, drill_standings),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, layer),
	RECORD_ITEM(struct cli_drill_row, RECORD_BOOL, measured),
	RECORD_ITEM(struct cli_drill_row, RECORD_INT, error),
	RECORD_ITEM(struct cli_drill_row, RECORD_WHERE, where),
	RECORD_ITEM(struct cli_drill_row, RECORD_TEXT, text),
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

static const struct record_field report_fields[] = {
	RECORD_ITEM(struct cli_drill_report, RECORD_TEXT, stack),
	RECORD_ITEM(struct cli_drill_report, RECORD_BOOL, live),
	RECORD_ITEM_LIST(struct cli_drill_report, places, place_count, &place_record),
	RECORD_ITEM_LIST(struct cli_drill_report, scenarios, scenario_count, &scenario_record),
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
			.verdict = verdict->standing,
			.layer = stopped ? catalog_layer_names[verdict->layer] : NULL,
			.measured = stopped && verdict->measured,
			.error = verdict->answer.error,
			.where = verdict->where,
			.text = arena_text(arena, verdict->text),
		};
	}
	report->stopped += (unsigned)drill_count(table, DRILL_STOPPED);
	report->through += (unsigned)drill_count(table, DRILL_THROUGH);
	report->void_count += (unsigned)drill_count(table, DRILL_VOID);
	report->idle += (unsigned)drill_count(table, DRILL_IDLE);
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
