/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/overlay.h"

#include <string.h>

#include "base/map.h"
#include "policy/node.h"
#include "policy/reading.h"

enum { FEW_KEYS = 16 };

static size_t count_children(const struct policy_node *node)
{
	size_t count = 0;

	policy_each(child, node) count++;
	return count;
}

static struct policy_node *last_child(struct policy_node *node)
{
	struct policy_node *last = node->first;

	while (last && last->next)
		last = last->next;
	return last;
}

static void append(struct policy_node *node, struct policy_node **last, struct policy_node *child)
{
	if (*last)
		(*last)->next = child;
	else
		node->first = child;
	*last = child;
}

/* How deep the keys of a service lie: below the top, `services` and its name. */
enum { OF_SERVICE = 3 };

/* Lists that are one value. */
static bool is_command(const struct policy_node *node)
{
	return node->key && strcmp(node->key, "command") == 0;
}

/* Keys of a service whose maps say one thing: the later one, and not both. */
static bool says_one_thing(const struct policy_node *node, unsigned depth)
{
	static const char *const keys[] = {"job", "ready", "healthy", "reload"};

	for (size_t i = 0; depth == OF_SERVICE && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(node->key, keys[i]) == 0)
			return true;
	return false;
}

static void merge_maps(struct policy_reading *reading, struct policy_node *base,
	struct policy_node *over, unsigned depth);

/* The later value takes the earlier one's place among its neighbours. */
static void merge_value(struct policy_reading *reading, struct policy_node *base,
	struct policy_node *over, unsigned depth)
{
	if (base->kind == POLICY_MAP && over->kind == POLICY_MAP && !says_one_thing(over, depth)) {
		merge_maps(reading, base, over, depth);
	} else if (base->kind == POLICY_LIST && over->kind == POLICY_LIST && !is_command(over)) {
		struct policy_node *last = last_child(base);
		if (over->first)
			append(base, &last, over->first);
	} else {
		struct policy_node *next = base->next;
		*base = *over;
		base->next = next;
	}
}

static void merge_maps(struct policy_reading *reading, struct policy_node *base,
	struct policy_node *over, unsigned depth)
{
	struct map *keys = NULL;
	struct policy_node *last = last_child(base), *next;

	if (count_children(base) > FEW_KEYS) {
		keys = map_new(reading->nodes);
		policy_each(child, base) * map_slot(keys, child->key, strlen(child->key)) = child;
	}
	for (struct policy_node *child = over->first; child; child = next) {
		struct policy_node *same = keys ? map_find(keys, child->key, strlen(child->key))
						: policy_child(base, child->key);

		next = child->next;
		child->next = NULL;
		if (same)
			merge_value(reading, same, child, depth + 1);
		else
			append(base, &last, child);
	}
}

struct policy_node *policy_overlay(
	struct policy_reading *reading, struct policy_node *base, struct policy_node *over)
{
	if (!base || !over)
		return base ? base : over;
	if (base->kind != POLICY_MAP || over->kind != POLICY_MAP)
		return over;
	merge_maps(reading, base, over, 0);
	return base;
}
