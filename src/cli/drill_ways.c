/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_ways.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/drill_report.h"
#include "cli/list.h"

enum { MOST_GROUPS = 16 };

struct sum {
	const char *group;
	size_t pairs, counts[DRILL_STANDING_COUNT];
};

/* Does the row go for somebody else than the one before?  "reach6:db:5432" for db. */
static bool another(const struct cli_drill_row *row, const struct cli_drill_row *before)
{
	const char *first = strchr(row->attempt, ':');
	const char *last = strrchr(row->attempt, ':');
	const char *other = before ? strchr(before->attempt, ':') : NULL;
	size_t length = first ? (size_t)(last - first) + 1 : 0;

	return !first || !other || !text_equal(row->group, before->group) ||
	       strncmp(first, other, length) != 0 ||
	       other + length - 1 != strrchr(before->attempt, ':');
}

static struct sum *sum_of(struct sum *sums, size_t *count, const char *group)
{
	for (size_t i = 0; i < *count; i++)
		if (text_equal(sums[i].group, group))
			return &sums[i];
	if (*count == MOST_GROUPS)
		return NULL;
	sums[*count] = (struct sum){.group = group};
	return &sums[(*count)++];
}

static void write_sum(const struct sum *sum)
{
	size_t all = 0;

	for (int i = 0; i < DRILL_STANDING_COUNT; i++)
		all += sum->counts[i];
	printf("  %s: %zu by %zu ways, ", sum->group, sum->pairs, all);
	if (sum->counts[DRILL_STOPPED] == all)
		fputs("all stopped", stdout);
	else
		printf("%zu stopped, %s%zu got through%s, %zu void", sum->counts[DRILL_STOPPED],
			cli_paint(sum->counts[DRILL_THROUGH] ? CLI_RED : CLI_GREEN),
			sum->counts[DRILL_THROUGH], cli_paint(CLI_PLAIN), sum->counts[DRILL_VOID]);
	putchar('\n');
}

void cli_drill_write_ways(const struct cli_drill_report *report)
{
	struct sum sums[MOST_GROUPS];
	size_t count = 0;

	for (size_t i = 0; i < report->place_count; i++) {
		const struct cli_drill_row *before = NULL;

		for (size_t j = 0; j < report->places[i].row_count; j++) {
			const struct cli_drill_row *row = &report->places[i].rows[j];
			struct sum *sum = row->group ? sum_of(sums, &count, row->group) : NULL;

			if (!sum)
				continue;
			sum->pairs += another(row, before);
			sum->counts[row->verdict]++;
			before = row;
		}
	}
	if (count)
		puts("ways");
	for (size_t i = 0; i < count; i++)
		write_sum(&sums[i]);
}

size_t cli_drill_alike(const struct cli_drill_place *place, size_t first)
{
	const struct cli_drill_row *row = &place->rows[first];
	size_t count = 0;

	if (!row->group || row->verdict != DRILL_STOPPED)
		return 0;
	while (first + count < place->row_count) {
		const struct cli_drill_row *next = &place->rows[first + count];

		if (!text_equal(next->group, row->group) || next->verdict != DRILL_STOPPED ||
			!text_equal(next->layer, row->layer) ||
			!text_equal(next->text, row->text) || next->measured != row->measured ||
			!where_same(next->where, row->where))
			break;
		count++;
	}
	return count;
}
