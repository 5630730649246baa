/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/repeat.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/list.h"
#include "policy/reading.h"

enum { FEW_ITEMS = 24 };

static bool same(const struct policy_list *type, const void *left, const void *right)
{
	return type->tag(left) == type->tag(right) &&
	       strcmp(type->text(left), type->text(right)) == 0;
}

static const char *key_of(
	struct policy_reading *reading, const struct policy_list *type, const void *item)
{
	uint64_t tag = type->tag(item);

	return tag ? arena_printf(
			     reading->nodes, "%llx %s", (unsigned long long)tag, type->text(item))
		   : type->text(item);
}

struct policy_index policy_index(struct policy_reading *reading, const struct policy_list *type,
	const void *items, size_t count)
{
	struct policy_index index = {type, items, count, NULL};

	if (count <= FEW_ITEMS)
		return index;
	index.map = map_new(reading->nodes);
	for (size_t i = 0; i < count; i++) {
		const void *item = index.items + i * type->size;
		const char *key = key_of(reading, type, item);
		void **slot = map_slot(index.map, key, strlen(key));
		if (!*slot)
			*slot = (void *)item;
	}
	return index;
}

const void *policy_index_find(
	struct policy_reading *reading, const struct policy_index *index, const void *item)
{
	if (index->map) {
		const char *key = key_of(reading, index->type, item);
		return map_find(index->map, key, strlen(key));
	}
	for (size_t i = 0; i < index->count; i++)
		if (same(index->type, index->items + i * index->type->size, item))
			return index->items + i * index->type->size;
	return NULL;
}

/* What has no text is a port (policy/list.c). */
static struct report_entry *repeat(
	struct policy_reading *reading, const struct policy_list *type, const void *item)
{
	const char *text = type->text(item);
	struct where where = policy_list_where(type, item);

	if (!text[0])
		return policy_error_at(reading, where, 1, "port %u is given twice",
			(unsigned)(type->tag(item) >> 16 & UINT16_MAX));
	return policy_error_at(reading, where, 1, "%s '%s' is given twice", type->what, text);
}

static void drop_repeats(
	struct policy_reading *reading, const struct policy_list *type, struct policy_draft *draft)
{
	size_t count = policy_list_count(type, draft), kept = 0;
	unsigned char *items = policy_list_items(type, draft);
	struct policy_index index = policy_index(reading, type, items, count);

	for (size_t i = 0; i < count; i++) {
		unsigned char *item = items + i * type->size;
		if (!index.map)
			index.count = kept;
		const void *first = policy_index_find(reading, &index, item);
		struct where where = policy_list_where(type, item);

		if (!first || first == item) {
			memmove(items + kept++ * type->size, item, type->size);
			continue;
		}
		if (where.file == policy_list_where(type, first).file)
			report_other(repeat(reading, type, item), policy_list_where(type, first),
				"first given here");
		else
			memcpy((void *)first, item, type->size);
	}
	policy_list_set(type, draft, items, kept);
}

void policy_drop_repeats(struct policy_reading *reading, struct policy_draft *draft)
{
	for (size_t i = 0; i < policy_list_types; i++)
		if (policy_list_count(&policy_lists[i], draft) > 1)
			drop_repeats(reading, &policy_lists[i], draft);
}
