/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What stands twice in the lists of a service: the same thing by the table of policy/list.h. */

#include <stddef.h>

struct map;
struct policy_draft;
struct policy_list;
struct policy_reading;

/* Places in a list by what makes its items different; only built for long lists. */
struct policy_index {
	const struct policy_list *type;
	const unsigned char *items;
	size_t count;
	struct map *map;
};

/* Of @count @items, which are borrowed. */
struct policy_index policy_index(struct policy_reading *reading, const struct policy_list *type,
	const void *items, size_t count);

/* The first item that is the same thing as @item, or NULL. */
const void *policy_index_find(
	struct policy_reading *reading, const struct policy_index *index, const void *item);

/*
 * Take out of @draft what is given twice: in one file that is a mistake, in two
 * files the later one counts.
 */
void policy_drop_repeats(struct policy_reading *reading, struct policy_draft *draft);
