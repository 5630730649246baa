/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lines that lead outside: as edges, and for what was tried beside them. */

#include <inttypes.h>
#include <string.h>

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/prefix.h"
#include "base/text.h"

const char *analyze_net_outside_name(const struct plan_outside *outside)
{
	return outside->name ? outside->name : outside->range;
}

const char *analyze_net_ports(struct arena *arena, const struct plan_outside *outside)
{
	return outside->last == outside->first
		       ? analyze_net_port(arena, outside->first, outside->transport)
		       : arena_printf(arena, "%" PRIu32 "-%s", outside->first,
				 analyze_net_port(arena, outside->last, outside->transport));
}

static void count_outside(struct net_making *making, struct analyze_net_edge *edge, size_t index)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; i < traffic->count; i++)
		if (traffic->items[i].outside == index + 1)
			analyze_net_add_up(edge, &traffic->items[i]);
}

void analyze_net_outsides(struct net_making *making)
{
	const struct plan *plan = making->plan;

	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *given = &plan->outsides[i];

		if (!analyze_net_about(making, given->from))
			continue;
		struct analyze_net_edge *edge = analyze_net_add_edge(
			making, given->from, analyze_net_outside_name(given), given->where);
		edge->why = given->why;
		edge->port = analyze_net_ports(making->arena, given);
		count_outside(making, edge, i);
		analyze_net_count_over(making, edge, given->budget);
	}
}

/* Has the name of line @index had that address? */
static bool was_named(const struct net_making *making, size_t index, const char *address)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; i < traffic->count; i++) {
		const struct plan_traffic_item *item = &traffic->items[i];

		if (item->kind == PLAN_TRAFFIC_NAMED && item->outside == index + 1 &&
			text_equal(item->address, address))
			return true;
	}
	return false;
}

static bool is_in_range(const struct net_making *making, const struct plan_outside *outside,
	const struct prefix *address)
{
	struct plan_ranges ranges;

	if (!plan_outside_ranges(making->plan, outside, address->family, &ranges) ||
		!prefix_covers(&ranges.range, address))
		return false;
	for (size_t i = 0; i < ranges.special_count; i++)
		if (prefix_covers(&ranges.specials[i], address))
			return false;
	return true;
}

/* Of who that address is: a name, or else the narrower range. */
static bool says_more(const struct plan_outside *one, const struct plan_outside *other)
{
	struct prefix ranges[2];

	if (!one->range || !other->range)
		return one->name && !other->name;
	return prefix_parse(one->range, strlen(one->range), &ranges[0]) &&
	       prefix_parse(other->range, strlen(other->range), &ranges[1]) &&
	       ranges[0].bits > ranges[1].bits;
}

const struct plan_outside *analyze_net_leads(
	const struct net_making *making, const struct net_tried *tried)
{
	const struct plan *plan = making->plan;
	const struct plan_outside *near = NULL;
	struct prefix address;

	if (!tried->from || tried->to || !tried->address ||
		!prefix_parse(tried->address, strlen(tried->address), &address))
		return NULL;
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		if (!text_equal(outside->from, tried->from->name) ||
			outside->transport != tried->transport ||
			!(outside->name ? was_named(making, i, tried->address)
					: is_in_range(making, outside, &address)))
			continue;
		if (outside->first <= tried->port && tried->port <= outside->last)
			return outside;
		if (!near || says_more(outside, near))
			near = outside;
	}
	return near;
}
