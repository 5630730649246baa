/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Take an item out of the text of a policy or role, as its author would.
 *
 * The item is overwritten by spaces and not cut out: every other line and
 * column keeps its place, so that origins before and after compare as they are.
 */

#include <stddef.h>

struct arena;

/*
 * @text without the item that stands at @line and @column (both from 1; in
 * bytes): an item of a list, or an entry of a map by its key or value.  A list
 * or map that would be empty goes too; an entry of a map form in a list
 * (`{path: …}`) stands for the whole item, and a word of `command` for all of
 * it.  NULL when nothing stands there.
 */
char *blank_item(const char *text, unsigned line, unsigned column, struct arena *arena);

/* An item as blank_item() would take it out. */
struct blank_item {
	unsigned line, column;
	size_t start, end; /* in the text */
	const char *keys;  /* the way to it: "/services/edge/limits/" */
};

/* The item at a place; its keys are NULL when there is none. */
struct blank_item blank_find(const char *text, unsigned line, unsigned column, struct arena *arena);

/* Every item of @text, those that hold others too. */
struct blank_item *blank_items(const char *text, struct arena *arena, size_t *count);
