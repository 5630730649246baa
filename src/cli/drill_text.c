/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/drill_report.h"
#include "cli/print.h"
#include "drill/attempt.h"
#include "drill/scenario.h"

enum { WIDTH = 80, INDENT = 7, MOST_LINES = 64 };

static const char *paint(const char *color)
{
	return cli_color(stdout) ? color : "";
}

#define RED "\033[1;31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* A list that goes on in the next line before it is too wide. */
struct list {
	size_t column, count;
	unsigned indent;
	char separator;
};

static struct list begin(const char *word)
{
	printf("  %s", word);
	return (struct list){
		.column = strlen(word) + 2, .indent = (unsigned)strlen(word) + 3, .separator = ','};
}

__attribute__((format(printf, 2, 3))) static void add(struct list *list, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (list->count++)
		putchar(list->separator);
	list->column += list->count > 1;
	if (list->column + strlen(text) + 2 > WIDTH) {
		printf("\n%*s", (int)list->indent - 1, "");
		list->column = list->indent - 1;
	}
	putchar(' ');
	cli_put(stdout, text);
	list->column += strlen(text) + 1;
}

/* Layers in their order, with how many attempts each stopped in places from @first on. */
static void write_layers_of(const struct cli_drill_report *report, size_t first)
{
	struct list list = begin("by");

	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count = 0;

		for (size_t i = first; i < report->place_count; i++)
			for (size_t j = 0; j < report->places[i].row_count; j++)
				count += text_equal(report->places[i].rows[j].layer,
					catalog_layer_names[layer]);
		if (count)
			add(&list, "%s %zu", catalog_layer_names[layer], count);
	}
	putchar('\n');
}

/* The lines of the policy and its roles that the attempts went against. */
static void write_lines_of(const struct cli_drill_report *report, size_t first)
{
	struct {
		struct where where;
		size_t count;
	} lines[MOST_LINES];
	size_t count = 0, undeclared = 0;

	for (size_t i = first; i < report->place_count; i++)
		for (size_t j = 0; j < report->places[i].row_count; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			size_t at = 0;

			if (row->verdict != DRILL_STOPPED)
				continue;
			undeclared += !row->where.file;
			while (at < count && !where_same(lines[at].where, row->where))
				at++;
			if (!row->where.file || at == MOST_LINES)
				continue;
			if (at == count) {
				lines[count].where = row->where;
				lines[count++].count = 0;
			}
			lines[at].count++;
		}
	struct list list = begin("against");
	for (size_t i = 0; i < count; i++) {
		const char *file = lines[i].where.file;
		bool first_of_file = true;

		for (size_t j = 0; j < i; j++)
			first_of_file = first_of_file && !text_equal(lines[j].where.file, file);
		/* A file's name once, with all its lines. */
		for (size_t j = i; j < count && first_of_file; j++)
			if (text_equal(lines[j].where.file, file))
				add(&list, "%s%s%u:%u (%zu)", j == i ? text_base_name(file) : "",
					j == i ? ":" : "", lines[j].where.line,
					lines[j].where.column, lines[j].count);
	}
	add(&list, "what is not declared (%zu)", undeclared);
	putchar('\n');
}

static size_t count_of(
	const struct cli_drill_report *report, size_t first, enum drill_standing standing)
{
	size_t count = 0;

	for (size_t i = first; i < report->place_count; i++)
		for (size_t j = 0; j < report->places[i].row_count; j++)
			count += report->places[i].rows[j].verdict == standing;
	return count;
}

void cli_drill_write_place(const struct cli_drill_report *report, size_t first, const char *title)
{
	const struct cli_drill_place *place = &report->places[first];
	size_t through = count_of(report, first, DRILL_THROUGH);

	if (first >= report->place_count)
		return;
	printf("%s%s%s: %zu stopped, %s%zu got through%s\n", title, place->role ? ", role " : "",
		place->role ? place->role : "", count_of(report, first, DRILL_STOPPED),
		paint(through ? RED : GREEN), through, paint(PLAIN));
	write_layers_of(report, first);
	write_lines_of(report, first);
	for (size_t i = first; i < report->place_count && through; i++)
		for (size_t j = 0; j < report->places[i].row_count; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			if (row->verdict == DRILL_THROUGH)
				printf("  %sgot through%s %s: %s (%s)\n", paint(RED), paint(PLAIN),
					report->places[i].name, row->attempt, row->sentence);
		}
	putchar('\n');
}

static void write_row(const struct cli_drill_row *row)
{
	static const char *const colors[] = {GREEN, RED, YELLOW, ""};
	static const char *const words[] = {"stopped", "THROUGH", "void", "n/a"};
	char line[64] = "not declared";

	if (row->where.file)
		snprintf(line, sizeof(line), "%s:%u:%u", text_base_name(row->where.file),
			row->where.line, row->where.column);
	printf("  %s%-7s%s %-12s %-23s %-20s %s", paint(colors[row->verdict]), words[row->verdict],
		paint(PLAIN), row->layer ? row->layer : "", row->attempt, line,
		row->layer && !row->measured ? "expected; " : "");
	cli_put(stdout, row->text ? row->text : "");
	putchar('\n');
}

void cli_drill_write_rows(const struct cli_drill_report *report, size_t first)
{
	for (size_t i = first; i < report->place_count; i++) {
		const struct cli_drill_place *place = &report->places[i];
		const char *category = NULL;

		printf("%s%s%s\n", place->name, place->role ? ", role " : "",
			place->role ? place->role : "");
		for (size_t j = 0; j < place->row_count; j++) {
			if (!text_equal(category, place->rows[j].category))
				printf(" %s\n", place->rows[j].category);
			category = place->rows[j].category;
			write_row(&place->rows[j]);
		}
		putchar('\n');
	}
}

/* The services that a scenario was shown with; the worst of them is its result. */
static void write_scenario(
	const struct cli_drill_report *report, const struct drill_scenario *scenario)
{
	const char *const colors[] = {GREEN, RED, YELLOW};
	enum drill_scenario_result result = DRILL_OPEN;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct cli_drill_scenario *row = &report->scenarios[i];
		if (text_equal(row->name, scenario->name) && result != DRILL_BROKEN &&
			row->result != DRILL_OPEN)
			result = row->result;
	}
	printf("  %s%-6s%s %s%s\n", paint(colors[result]), cli_drill_results[result], paint(PLAIN),
		scenario->name, scenario->stand_in ? " [stand-in]" : "");
	struct list list = begin("      ");
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct cli_drill_scenario *row = &report->scenarios[i];
		if (!text_equal(row->name, scenario->name) || row->result != result)
			continue;
		add(&list, "%s", row->service);
		if (*row->text)
			add(&list, "%s", row->text);
		list.separator = *row->text ? ';' : ',';
	}
	list.separator = ';';
	if (!list.count)
		add(&list, "none of the services drilled has the role");
	else if (scenario->stand_in)
		add(&list, "%s", scenario->why);
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

static void write_categories(void)
{
	size_t count, all = 0;
	const struct drill_category *categories = drill_categories(&count);
	char word[32];

	for (size_t i = 0; i < count; i++)
		all += *categories[i].count;
	snprintf(word, sizeof(word), "%zu attempts:", all);
	struct list list = begin(word);
	for (size_t i = 0; i < count; i++)
		add(&list, "%s %zu", categories[i].name, *categories[i].count);
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
	struct list list = begin("not drilled here:");
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (!drilled[layer])
			add(&list, "%s", catalog_layer_names[layer]);
	puts(list.count ? "" : " none");
}

static const char *void_reason(const struct cli_drill_report *report, const char *name)
{
	for (size_t i = 0; i < report->place_count; i++)
		for (size_t j = 0; j < report->places[i].row_count; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			if (row->verdict == DRILL_VOID && text_equal(row->attempt, name))
				return row->text;
		}
	return NULL;
}

/* Each attempt once, by its first reason. */
static void write_voids(const struct cli_drill_report *report)
{
	struct {
		const char *name, *reason;
	} voids[MOST_LINES];
	size_t category_count, count = 0;
	const struct drill_category *categories = drill_categories(&category_count);

	for (size_t i = 0; i < category_count; i++)
		for (size_t j = 0; j < *categories[i].count && count < MOST_LINES; j++) {
			voids[count].name = categories[i].attempts[j].name;
			voids[count].reason = void_reason(report, voids[count].name);
			count += voids[count].reason != NULL;
		}
	if (count)
		puts("void: they prove nothing on this host, where they fail even unconfined");
	for (size_t i = 0; i < count; i++) {
		char word[64];

		if (!voids[i].reason)
			continue;
		snprintf(word, sizeof(word), "%.60s:", voids[i].reason);
		struct list list = begin(word);
		list.indent = INDENT;
		for (size_t j = count; j-- > i;)
			if (j != i && text_equal(voids[j].reason, voids[i].reason)) {
				add(&list, "%s", voids[j].name);
				voids[j].reason = NULL;
			}
		add(&list, "%s", voids[i].name);
		putchar('\n');
	}
}

void cli_drill_write_summary(const struct cli_drill_report *report, bool all)
{
	bool bad = report->through || report->broken;

	write_scenarios(report);
	puts("categories");
	write_categories();
	write_layers(report);
	write_voids(report);
	printf("%s%s%s: %u stopped, %u got through, %u void on this host, %u not applicable",
		paint(bad ? RED : GREEN), report->stack, paint(PLAIN), report->stopped,
		report->through, report->void_count, report->idle);
	if (report->broken)
		printf("; %u scenarios broken", report->broken);
	printf("\n  %s\n", report->live ? "in the running stack's networks"
					: "in networks made for the drill");
	if (!all)
		puts("  each attempt: bulkhead drill --all");
}
