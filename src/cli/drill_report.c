/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_report.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/print.h"
#include "drill/run.h"

static const char *const results[] = {
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
	RECORD_ITEM_ENUM(struct cli_drill_scenario, result, results),
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

static const char *color_of(enum drill_standing standing)
{
	return standing == DRILL_STOPPED   ? "\033[32m"
	       : standing == DRILL_THROUGH ? "\033[1;31m"
					   : "\033[33m";
}

static void write_row(const struct cli_drill_row *row, bool color)
{
	printf("    %s%-11s%s %-24s ", color ? color_of(row->verdict) : "",
		drill_standings[row->verdict], color ? "\033[0m" : "", row->attempt);
	if (row->verdict == DRILL_STOPPED)
		printf("%-12s %-9s ", row->layer, row->measured ? "" : "expected");
	else
		printf("%-22s ", "");
	if (row->where.file)
		printf("%s:%u:%u", row->where.file, row->where.line, row->where.column);
	else
		fputs("not declared", stdout);
	printf("  (%s%s", row->sentence, row->text && *row->text ? ": " : "");
	if (row->text)
		cli_put(stdout, row->text);
	puts(")");
}

void cli_drill_write_place(const struct cli_drill_report *report, bool color)
{
	const struct cli_drill_place *place = &report->places[report->place_count - 1];
	const char *category = NULL;
	size_t idle = 0, stopped = 0;

	printf("%s%s%s\n", place->name, place->role ? ", role " : "",
		place->role ? place->role : "");
	for (size_t i = 0; i < place->row_count; i++) {
		const struct cli_drill_row *row = &place->rows[i];

		idle += row->verdict == DRILL_IDLE;
		stopped += row->verdict == DRILL_STOPPED;
		if (row->verdict == DRILL_IDLE)
			continue;
		if (!text_equal(category, row->category))
			printf("  %s\n", row->category);
		category = row->category;
		write_row(row, color);
	}
	printf("  %zu attempts stopped, %zu not applicable here\n\n", stopped, idle);
}

static void write_scenario(const struct cli_drill_scenario *scenario, bool color)
{
	printf("  %s%-7s%s %s (%s)",
		color ? (scenario->result == DRILL_BROKEN ? "\033[1;31m" : "\033[32m") : "",
		results[scenario->result], color ? "\033[0m" : "", scenario->name,
		scenario->service);
	if (scenario->stand_in)
		printf(" [stand-in: %s]", scenario->why);
	if (*scenario->text)
		printf(": %s", scenario->text);
	putchar('\n');
}

/* How many were stopped by each layer, the counts that a reader compares from run to run. */
static void write_layers(const struct cli_drill_report *report)
{
	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t measured = 0, expected = 0;

		for (size_t i = 0; i < report->place_count; i++)
			for (size_t j = 0; j < report->places[i].row_count; j++) {
				const struct cli_drill_row *row = &report->places[i].rows[j];
				if (!text_equal(row->layer, catalog_layer_names[layer]))
					continue;
				measured += row->measured;
				expected += !row->measured;
			}
		if (measured + expected)
			printf("  %-12s %5zu stopped", catalog_layer_names[layer],
				measured + expected);
		if (measured + expected && expected)
			printf(", %zu of them expected rather than measured", expected);
		if (measured + expected)
			putchar('\n');
	}
}

void cli_drill_write_summary(const struct cli_drill_report *report, bool color)
{
	if (report->scenario_count)
		puts("scenarios");
	for (size_t i = 0; i < report->scenario_count; i++)
		write_scenario(&report->scenarios[i], color);
	puts("layers");
	write_layers(report);
	printf("%s: %u stopped, %u got through, %u void on this host, %u not applicable",
		report->stack, report->stopped, report->through, report->void_count, report->idle);
	if (report->broken)
		printf("; %u scenarios broken", report->broken);
	printf(" (%s)\n", report->live ? "in the running stack's networks"
				       : "in networks made for the drill");
}
