/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/map.h"

#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/arena.h"

enum { FIRST_ROOM = 16 };

struct entry {
	const char *key; /* NULL: free */
	void *value;
	uint32_t hash, length;
};

struct map {
	struct arena *arena;
	struct entry *entries;
	size_t room, count; /* room: a power of two, at most three quarters full */
	uint64_t seed;
};

/* Eight bytes at a time, each multiplied into all of the state. */
static uint32_t hash_text(uint64_t seed, const char *text, size_t length)
{
	const uint64_t factor = 0x9e3779b97f4a7c15u;
	uint64_t state = seed ^ (length * factor), part;

	for (; length >= sizeof(part); length -= sizeof(part), text += sizeof(part)) {
		memcpy(&part, text, sizeof(part));
		state = (state ^ part) * factor;
		state ^= state >> 29;
	}
	part = 0;
	memcpy(&part, text, length);
	state = (state ^ part) * factor;
	state ^= state >> 32;
	return (uint32_t)((state * factor) >> 32);
}

/* 16 random bytes that the kernel gave this process. */
static uint64_t process_seed(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t seed = 0;

	if (random)
		memcpy(&seed, random, sizeof(seed));
	return seed;
}

struct map *map_new(struct arena *arena)
{
	struct map *map = arena_alloc(arena, sizeof(*map));

	map->arena = arena;
	map->seed = process_seed();
	return map;
}

static struct entry *find_entry(
	const struct map *map, const char *key, size_t length, uint32_t hash)
{
	size_t at = hash & (map->room - 1);

	for (;; at = (at + 1) & (map->room - 1)) {
		struct entry *entry = &map->entries[at];

		if (!entry->key)
			return entry;
		if (entry->hash == hash && entry->length == length &&
			memcmp(entry->key, key, length) == 0)
			return entry;
	}
}

static void grow(struct map *map)
{
	struct entry *old = map->entries;
	size_t old_room = map->room;

	map->room = old_room ? old_room * 2 : FIRST_ROOM;
	map->entries = arena_alloc(map->arena, map->room * sizeof(*old));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].key)
			*find_entry(map, old[i].key, old[i].length, old[i].hash) = old[i];
}

void *map_find(const struct map *map, const char *key, size_t length)
{
	if (map->count == 0 || length > UINT32_MAX)
		return NULL;
	const struct entry *entry = find_entry(map, key, length, hash_text(map->seed, key, length));
	return entry->key ? entry->value : NULL;
}

void **map_slot(struct map *map, const char *key, size_t length)
{
	uint32_t hash = hash_text(map->seed, key, length);

	if ((map->count + 1) * 4 > map->room * 3)
		grow(map);
	struct entry *entry = find_entry(map, key, length, hash);
	if (!entry->key) {
		*entry = (struct entry){.key = key, .hash = hash, .length = (uint32_t)length};
		map->count++;
	}
	return &entry->value;
}

void map_clear(struct map *map)
{
	if (map->count)
		memset(map->entries, 0, map->room * sizeof(*map->entries));
	map->count = 0;
}

size_t map_count(const struct map *map)
{
	return map->count;
}
