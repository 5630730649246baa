/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_depth.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/drill_report.h"
#include "cli/list.h"
#include "drill/matrix.h"

enum { ENOUGH = 2, NAMED = 3 };

static void write_names(const char *word, const char **names, size_t count)
{
	struct cli_list list = cli_list(word);

	list.indent = 6;
	for (size_t i = 0; i < count; i++)
		cli_list_add(&list, "%s", names[i]);
	putchar('\n');
}

/* "view 14, landlock 14": how many of the attempts each holds. */
static void write_cell(const struct cli_drill_cell *cell)
{
	char word[64];

	snprintf(word, sizeof(word), "%-13s %3" PRIu32 " %9" PRIu32 "  ", cell->class, cell->least,
		cell->attempts);
	struct cli_list list = cli_list(word);
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (cell->cell->holds[layer])
			cli_list_add(&list, "%s %u", catalog_layer_names[layer],
				cell->cell->holds[layer]);
	putchar('\n');
}

static void write_least(const struct cli_drill_cell *cell)
{
	if (cell->least >= ENOUGH && cell->least_count <= NAMED) {
		struct cli_list list = cli_list("    least:");
		for (size_t i = 0; i < cell->least_count; i++)
			cli_list_add(&list, "%s", cell->least_attempts[i]);
		putchar('\n');
	}
}

static void write_shallow(const struct cli_drill_shallow *shallow)
{
	printf("    %s%s%s %s: %s", cli_paint(shallow->reason ? CLI_YELLOW : CLI_RED),
		shallow->only ? "one layer alone" : "no layer shown", cli_paint(CLI_PLAIN),
		shallow->attempt, shallow->only ? shallow->only : "none");
	if (shallow->text)
		printf(" (without it: %s)", shallow->text);
	if (shallow->reason)
		printf("\n      %s", shallow->reason);
	putchar('\n');
}

void cli_drill_write_cells(const struct cli_drill_report *report, size_t first)
{
	if (first >= report->cell_count)
		return;
	printf("%s in depth\n  class       least  attempts  held by\n",
		report->cells[first].service);
	for (size_t i = first; i < report->cell_count; i++) {
		const struct cli_drill_cell *cell = &report->cells[i];

		write_cell(cell);
		write_least(cell);
		for (size_t j = 0; j < cell->shallow_count; j++)
			write_shallow(&cell->shallow[j]);
		if (cell->missing_count)
			write_names("    the plan says, none shown:", cell->missing,
				cell->missing_count);
		if (cell->beyond_count)
			write_names("    beyond the plan:", cell->beyond, cell->beyond_count);
	}
	putchar('\n');
	fflush(stdout);
}

void cli_drill_write_depth(const struct cli_drill_report *report)
{
	size_t shallow = 0, cells = 0;

	for (size_t i = 0; i < report->cell_count; i++) {
		shallow += report->cells[i].shallow_count;
		cells += report->cells[i].least >= ENOUGH;
	}
	printf("depth: %zu of %zu cells are held by two layers or more; %zu attempts by one", cells,
		report->cell_count, shallow);
	if (shallow)
		printf(", %u of them for no known reason", report->shallow);
	putchar('\n');
}
