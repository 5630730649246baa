/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_text.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/drill_report.h"
#include "cli/drill_ways.h"
#include "cli/list.h"
#include "cli/print.h"

enum { MOST_LINES = 64 };

/* Layers in their order, with how many attempts each stopped in places from @first on. */
static void write_layers_of(const struct cli_drill_report *report, size_t first)
{
	struct cli_list list = cli_list("by");

	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count = 0;

		for (size_t i = first; i < report->place_count; i++)
			for (size_t j = 0; j < report->places[i].row_count; j++)
				count += text_equal(report->places[i].rows[j].layer,
					catalog_layer_names[layer]);
		if (count)
			cli_list_add(&list, "%s %zu", catalog_layer_names[layer], count);
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
	struct cli_list list = cli_list("against");
	for (size_t i = 0; i < count; i++) {
		const char *file = lines[i].where.file;
		bool first_of_file = true;

		for (size_t j = 0; j < i; j++)
			first_of_file = first_of_file && !text_equal(lines[j].where.file, file);
		/* A file's name once, with all its lines. */
		for (size_t j = i; j < count && first_of_file; j++)
			if (text_equal(lines[j].where.file, file))
				cli_list_add(&list, "%s%s%u:%u (%zu)",
					j == i ? text_base_name(file) : "", j == i ? ":" : "",
					lines[j].where.line, lines[j].where.column, lines[j].count);
	}
	cli_list_add(&list, "what is not declared (%zu)", undeclared);
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
		cli_paint(through ? CLI_RED : CLI_GREEN), through, cli_paint(CLI_PLAIN));
	write_layers_of(report, first);
	write_lines_of(report, first);
	for (size_t i = first; i < report->place_count && through; i++)
		for (size_t j = 0; j < report->places[i].row_count; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			if (row->verdict == DRILL_THROUGH)
				printf("  %sgot through%s %s: %s (%s)%s%s\n", cli_paint(CLI_RED),
					cli_paint(CLI_PLAIN), report->places[i].name, row->attempt,
					row->sentence, row->text && row->text[0] ? ": " : "",
					row->text ? row->text : "");
		}
	putchar('\n');
}

/* @count of them alike go by the name of their group. */
static void write_row(const struct cli_drill_row *row, size_t count)
{
	static const char *const colors[] = {CLI_GREEN, CLI_RED, CLI_YELLOW, ""};
	static const char *const words[] = {"stopped", "THROUGH", "void", "n/a"};
	char line[64] = "not declared";

	if (row->where.file)
		snprintf(line, sizeof(line), "%s:%u:%u", text_base_name(row->where.file),
			row->where.line, row->where.column);
	printf("  %s%-7s%s %-12s %-23s %-20s %s", cli_paint(colors[row->verdict]),
		words[row->verdict], cli_paint(CLI_PLAIN), row->layer ? row->layer : "",
		count > 1 ? row->group : row->attempt, line,
		row->layer && !row->measured ? "expected; " : "");
	if (count > 1)
		printf("%zu ways: ", count);
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
			size_t alike = cli_drill_alike(place, j);
			write_row(&place->rows[j], alike);
			j += alike > 1 ? alike - 1 : 0;
		}
		putchar('\n');
	}
}
