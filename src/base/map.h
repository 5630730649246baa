/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Text to pointer, in an arena: a hash map that never forgets a key alone.
 *
 * Keys are borrowed and may stand inside a longer text, hence the lengths.
 * The hash is seeded per process, so that no input makes it slow.
 */

#include <stddef.h>

struct arena;
struct map;

struct map *map_new(struct arena *arena);

/* The value of @key, or NULL. */
void *map_find(const struct map *map, const char *key, size_t length);

/*
 * The place of @key's value, added with NULL when it was not there.  Good until
 * the next map_slot().
 */
void **map_slot(struct map *map, const char *key, size_t length);

/* Forget everything, keep the memory. */
void map_clear(struct map *map);

size_t map_count(const struct map *map);
