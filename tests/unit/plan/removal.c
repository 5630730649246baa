/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "removal.h"

#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "blank.h"

bool removal_has(const struct removal *removal, struct where where)
{
	for (size_t i = 0; i < removal->planned; i++)
		if (where_same(removal->places[i], where))
			return true;
	return false;
}

/* A line of an environment file becomes a comment. */
static const char *blank_line(const char *text, unsigned line, struct arena *arena)
{
	char *changed = arena_text(arena, text), *at = changed;

	for (unsigned i = 1; i < line; i++)
		at = strchr(at, '\n') + 1;
	*at = '#';
	return changed;
}

bool removal_add(struct removal *removal, struct where where)
{
	for (size_t i = 0; i < removal->place_count; i++)
		if (where_same(removal->places[i], where))
			return false;
	if (!where.file || removal->place_count == REMOVAL_PLACES)
		return false;
	const char **text = &removal->example.texts[example_file(&removal->example, where.file)];
	const char *changed = strstr(where.file, ".env")
				      ? blank_line(*text, where.line, removal->arena)
				      : blank_item(*text, where.line, where.column, removal->arena);
	if (!changed)
		return false;
	*text = changed;
	removal->places[removal->place_count++] = where;
	return true;
}

static void add(struct removal *removal, struct rules *rules, const struct rule *rule)
{
	struct rule *copy =
		arena_append(removal->arena, &rules->items, &rules->count, sizeof(*copy));

	*copy = *rule;
}

bool removal_plan(struct removal *removal, const struct rules *before)
{
	removal->planned = removal->place_count;
	removal->report = report_new(removal->arena);
	removal->lost = removal->gained = (struct rules){0};
	const struct plan *plan = example_plan(&removal->example, removal->arena, removal->report);
	if (!plan)
		return false;
	struct rules after = rules_of(plan, removal->arena, NULL);
	for (size_t i = 0, j = 0; i < before->count || j < after.count;) {
		int order = i == before->count ? 1
			    : j == after.count
				    ? -1
				    : rules_compare_whole(&before->items[i], &after.items[j]);

		if (order < 0)
			add(removal, &removal->lost, &before->items[i]);
		else if (order > 0)
			add(removal, &removal->gained, &after.items[j]);
		i += order <= 0;
		j += order >= 0;
	}
	return true;
}
