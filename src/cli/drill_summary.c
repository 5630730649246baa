/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/text.h"
#include "cli/drill_depth.h"
#include "cli/drill_report.h"
#include "cli/drill_text.h"
#include "cli/drill_ways.h"
#include "cli/list.h"
#include "drill/attempt.h"
#include "drill/scenario.h"

enum { INDENT = 6, MOST_VOIDS = 128 };

/* The services that a scenario was shown with; the worst of them is its result. */
static void write_scenario(
	const struct cli_drill_report *report, const struct drill_scenario *scenario)
{
	const char *const colors[] = {CLI_GREEN, CLI_RED, CLI_YELLOW};
	enum drill_scenario_result result = DRILL_OPEN;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct cli_drill_scenario *row = &report->scenarios[i];
		if (text_equal(row->name, scenario->name) && result != DRILL_BROKEN &&
			row->result != DRILL_OPEN)
			result = row->result;
	}
	printf("  %s%-6s%s %s%s\n", cli_paint(colors[result]), cli_drill_results[result],
		cli_paint(CLI_PLAIN), scenario->name, scenario->stand_in ? " [stand-in]" : "");
	struct cli_list list = cli_list("      ");
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct cli_drill_scenario *row = &report->scenarios[i];
		if (!text_equal(row->name, scenario->name) || row->result != result)
			continue;
		if (*row->text)
			cli_list_add(&list, "%s (%s)", row->service, row->text);
		else
			cli_list_add(&list, "%s", row->service);
	}
	list.separator = ';';
	if (!list.count)
		cli_list_add(&list, "none of the services drilled has the role");
	else if (scenario->stand_in)
		cli_list_add(&list, "%s", scenario->why);
	putchar('\n');
}

static void write_scenarios(const struct cli_drill_report *report)
{
	size_t count;
	const struct drill_scenario *scenarios = drill_scenarios(&count);

	puts("scenarios");
	for (size_t i = 0; i < count; i++)
		write_scenario(report, &scenarios[i]);
}

/* Those of the plan have names that are no row's: the most that a place had. */
static size_t count_made(const struct cli_drill_report *report)
{
	size_t most = 0;

	for (size_t i = 0; i < report->place_count; i++) {
		size_t count = 0;

		for (size_t j = 0; j < report->places[i].row_count; j++)
			count += !drill_attempt(report->places[i].rows[j].attempt, NULL);
		most = count > most ? count : most;
	}
	return most;
}

static void write_categories(const struct cli_drill_report *report)
{
	size_t count, all = 0;
	const struct drill_category *categories = drill_categories(&count);
	char word[32];

	for (size_t i = 0; i < count; i++)
		all += *categories[i].count;
	snprintf(word, sizeof(word), "%zu attempts:", all);
	struct cli_list list = cli_list(word);
	for (size_t i = 0; i < count; i++)
		cli_list_add(&list, "%s %zu", categories[i].name, *categories[i].count);
	cli_list_add(
		&list, "and up to %zu a service that are made from the plan", count_made(report));
	putchar('\n');
}

/* How many were stopped by each layer, the counts that a reader compares from run to run. */
static void write_layers(const struct cli_drill_report *report)
{
	bool drilled[LAYER_COUNT] = {false};

	puts("layers");
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
		drilled[layer] = measured + expected > 0;
		if (!drilled[layer])
			continue;
		printf("  %-12s %5zu stopped", catalog_layer_names[layer], measured + expected);
		if (expected)
			printf(", %zu of them expected, not measured", expected);
		putchar('\n');
	}
	struct cli_list list = cli_list("not drilled here:");
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (!drilled[layer])
			cli_list_add(&list, "%s", catalog_layer_names[layer]);
	puts(list.count ? "" : " none");
}

/* Each attempt once, by its first reason. */
static void write_voids(const struct cli_drill_report *report)
{
	struct {
		const char *name, *reason;
	} voids[MOST_VOIDS];
	size_t count = 0;

	for (size_t i = 0; i < report->place_count; i++)
		for (size_t j = 0; j < report->places[i].row_count && count < MOST_VOIDS; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			bool known = row->verdict != DRILL_VOID || !row->text;

			for (size_t k = 0; k < count && !known; k++)
				known = text_equal(voids[k].name, row->attempt);
			if (known)
				continue;
			voids[count].name = row->attempt;
			voids[count++].reason = row->text;
		}
	if (count)
		puts("void: they prove nothing on this host, where they fail even unconfined");
	for (size_t i = 0; i < count; i++) {
		char word[64];

		if (!voids[i].reason)
			continue;
		snprintf(word, sizeof(word), "%.60s:", voids[i].reason);
		struct cli_list list = cli_list(word);
		list.indent = INDENT;
		for (size_t j = count; j-- > i;)
			if (j != i && text_equal(voids[j].reason, voids[i].reason)) {
				cli_list_add(&list, "%s", voids[j].name);
				voids[j].reason = NULL;
			}
		cli_list_add(&list, "%s", voids[i].name);
		putchar('\n');
	}
}

static void write_without(const struct cli_drill_report *report)
{
	struct cli_list list = cli_list("without");

	for (size_t i = 0; i < report->without_count; i++)
		cli_list_add(&list, "%s", report->without[i]);
	putchar('\n');
}

void cli_drill_write_summary(const struct cli_drill_report *report, bool all)
{
	bool bad = report->through || report->broken || report->shallow;
	/* Launches that may lack a layer show no scenario. */
	bool apart = report->without_count || report->cell_count;

	if (!apart)
		write_scenarios(report);
	cli_drill_write_ways(report);
	puts("categories");
	write_categories(report);
	write_layers(report);
	write_voids(report);
	if (report->cell_count)
		cli_drill_write_depth(report);
	printf("%s%s%s: %u stopped, %u got through, %u void on this host, %u not applicable",
		cli_paint(bad ? CLI_RED : CLI_GREEN), report->stack, cli_paint(CLI_PLAIN),
		report->stopped, report->through, report->void_count, report->idle);
	if (report->broken)
		printf("; %u scenarios broken", report->broken);
	printf("\n  %s%s\n",
		report->live ? "in the running stack's networks" : "in networks made for the drill",
		apart ? ", on scratch data" : "");
	if (report->without_count)
		write_without(report);
	if (!all)
		puts("  each attempt: bulkhead drill --all");
}
