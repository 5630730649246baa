/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The lists of a service as a table: where each is in a draft, and what makes
 * one item of it the same as another.  Repeats, the merge with a role and
 * `without` all work from it.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/where.h"

struct policy_draft;

struct policy_list {
	const char *key;     /* of the service: "files" */
	const char *what;    /* one item in messages: "path" */
	size_t items, count; /* offsets in struct policy_draft */
	size_t size, where;  /* of an item; offset of its origin */
	const char *(*text)(const void *item);
	uint64_t (*tag)(const void *item);
};

extern const struct policy_list policy_lists[];
extern const size_t policy_list_types;

void *policy_list_items(const struct policy_list *type, const struct policy_draft *draft);
size_t policy_list_count(const struct policy_list *type, const struct policy_draft *draft);
void policy_list_set(const struct policy_list *type, struct policy_draft *draft, const void *items,
	size_t count);

/* The origin of an item. */
struct where policy_list_where(const struct policy_list *type, const void *item);
