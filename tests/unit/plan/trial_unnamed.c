/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "blank.h"

/* Keys that make no rule, and decide about others. */
static const char *const deciding[] = {
	"/bulkhead/", "/role/", "/vars/", "/without/", "/deny/", "/environment-file/", "/assert/"};

static bool decides(const struct blank_item *item)
{
	for (size_t i = 0; i < sizeof(deciding) / sizeof(deciding[0]); i++)
		if (strstr(item->keys, deciding[i]))
			return true;
	return false;
}

/* Does it hold the line of a rule, or is it a part of one? */
static bool is_named(const struct blank_item *item, const struct blank_item *named, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool holds = false;

		if (item->start <= named[i].start && named[i].end <= item->end)
			return true;
		/* A service's own line stands for all of it, and names no part of it. */
		for (size_t j = 0; j < count && !holds; j++)
			holds = named[i].start < named[j].start && named[j].end <= named[i].end;
		if (!holds && named[i].start <= item->start && item->end <= named[i].end)
			return true;
	}
	return false;
}

/* Without a line that no rule names the plan is the same. */
static void try_unnamed(struct trial *trial, const char *file, const struct blank_item *item)
{
	struct removal removal = {.arena = arena_new(), .example = trial->example};
	struct where where = {file, item->line, item->column};

	if (!removal_add(&removal, where))
		trial_refused(trial, &removal);
	while (!removal_plan(&removal, &trial->before) && trial_refused(trial, &removal))
		;
	for (size_t i = 0; i < removal.lost.count; i++)
		trial_fail(trial, &removal, "names another line, and gone", &removal.lost.items[i]);
	for (size_t i = 0; i < removal.gained.count; i++)
		trial_fail(
			trial, &removal, "names another line, and new", &removal.gained.items[i]);
	arena_free(removal.arena);
}

size_t trial_unnamed(
	struct trial *trial, size_t file, const struct where *origins, size_t origin_count)
{
	const char *text = trial->example.texts[file], *name = trial->example.names[file];
	struct blank_item *named = arena_alloc(trial->arena, origin_count * sizeof(*named));
	size_t named_count = 0, item_count, tried = 0;
	const struct blank_item *items = blank_items(text, trial->arena, &item_count);

	for (size_t i = 0; i < origin_count; i++)
		if (text_equal(origins[i].file, name))
			named[named_count++] =
				blank_find(text, origins[i].line, origins[i].column, trial->arena);
	for (size_t i = 0; named_count && i < item_count; i++) {
		if (decides(&items[i]) || is_named(&items[i], named, named_count))
			continue;
		try_unnamed(trial, name, &items[i]);
		tried++;
	}
	return tried;
}
