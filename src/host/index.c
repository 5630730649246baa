/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/index.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "host/host.h"

/* Places count from 1: the lists move when they grow. */
struct host_index {
	struct map *places[HOST_LISTS];
	size_t seen[HOST_LISTS];
};

struct items {
	const void *first;
	size_t count, size; /* every item begins with its name */
};

_Static_assert(offsetof(struct host_user, name) == 0, "a user begins with its name");
_Static_assert(offsetof(struct host_group, name) == 0, "a group begins with its name");
_Static_assert(offsetof(struct host_path, path) == 0, "a path begins with its name");
_Static_assert(offsetof(struct host_program, name) == 0, "a program begins with its name");
_Static_assert(offsetof(struct host_id, name) == 0, "an id begins with its name");

static struct items items_of(const struct host *host, enum host_list list)
{
	switch (list) {
	case HOST_USERS:
		return (struct items){host->users, host->user_count, sizeof(*host->users)};
	case HOST_GROUPS:
		return (struct items){host->groups, host->group_count, sizeof(*host->groups)};
	case HOST_PATHS:
		return (struct items){host->paths, host->path_count, sizeof(*host->paths)};
	case HOST_PROGRAMS:
		return (struct items){host->programs, host->program_count, sizeof(*host->programs)};
	case HOST_IDS:
		return (struct items){host->ids, host->id_count, sizeof(*host->ids)};
	default:
		return (struct items){0};
	}
}

static const void *item(const struct items *items, size_t place)
{
	return (const char *)items->first + place * items->size;
}

static const char *name_of(const struct items *items, size_t place)
{
	const char *name;

	memcpy(&name, item(items, place), sizeof(name));
	return name;
}

void host_index_new(struct host *host, struct arena *arena)
{
	struct host_index *index = arena_alloc(arena, sizeof(*index));

	for (size_t i = 0; i < HOST_LISTS; i++)
		index->places[i] = map_new(arena);
	host->index = index;
}

static void follow(struct host_index *index, enum host_list list, const struct items *items)
{
	for (; index->seen[list] < items->count; index->seen[list]++) {
		const char *name = name_of(items, index->seen[list]);
		void **slot = name ? map_slot(index->places[list], name, strlen(name)) : NULL;

		if (slot && !*slot)
			*slot = (void *)(uintptr_t)(index->seen[list] + 1);
	}
}

const void *host_index_find(const struct host *host, enum host_list list, const char *name)
{
	struct items items = items_of(host, list);

	if (!name)
		return NULL;
	if (host->index) {
		follow(host->index, list, &items);
		uintptr_t place =
			(uintptr_t)map_find(host->index->places[list], name, strlen(name));
		return place ? item(&items, place - 1) : NULL;
	}
	for (size_t i = 0; i < items.count; i++)
		if (text_equal(name_of(&items, i), name))
			return item(&items, i);
	return NULL;
}
