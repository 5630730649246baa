/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "base/text.h"
#include "catalog/special.h"
#include "plan/plan.h"

bool plan_leaves(const struct plan *plan)
{
	return plan->host_edge_count > 0 || plan->outside_count > 0;
}

static bool is_by(const char *from, const struct plan_service *service)
{
	return !service || text_equal(from, service->name);
}

bool plan_leaves_by_datagrams(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].transport == PLAN_UDP &&
			is_by(plan->host_edges[i].from, service))
			return true;
	for (size_t i = 0; i < plan->outside_count; i++)
		if (plan->outsides[i].transport == PLAN_UDP &&
			is_by(plan->outsides[i].from, service))
			return true;
	return false;
}

bool plan_publishes_datagrams(const struct plan *plan)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_UDP)
			return true;
	return false;
}

bool plan_sends_datagrams(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].transport == PLAN_UDP &&
			text_equal(plan->edges[i].from, service->name))
			return true;
	return plan_leaves_by_datagrams(plan, service);
}

bool plan_asks_names(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; service->linked && i < plan->outside_count; i++)
		if (plan->outsides[i].name && text_equal(plan->outsides[i].from, service->name))
			return true;
	return false;
}

/* What of @text lies within @range, all of which does not lie in it. */
static bool is_within(const char *text, const struct prefix *range, struct prefix *within)
{
	return text && prefix_parse(text, strlen(text), within) && prefix_covers(range, within) &&
	       !prefix_covers(within, range);
}

/* Of a set of them none may lie in another one (nft). */
static size_t add_special(const char *text, const struct prefix *range,
	struct prefix specials[PLAN_SPECIALS], size_t count)
{
	struct prefix within;

	if (count == PLAN_SPECIALS || !is_within(text, range, &within))
		return count;
	for (size_t i = 0; i < count; i++)
		if (prefix_covers(&specials[i], &within))
			return count;
	specials[count] = within;
	return count + 1;
}

/* Of the special ones the wider come first. */
static size_t add_specials(const struct plan *plan, const struct prefix *range,
	struct prefix specials[PLAN_SPECIALS], size_t count)
{
	for (size_t i = 0; i < catalog_special_count; i++)
		count = add_special(catalog_specials[i].range, range, specials, count);
	count = add_special(plan->network.prefix4, range, specials, count);
	return add_special(plan->network.prefix6, range, specials, count);
}

bool plan_outside_ranges(const struct plan *plan, const struct plan_outside *outside, int family,
	struct plan_ranges *ranges)
{
	*ranges = (struct plan_ranges){.range = {.family = family}};
	if (outside->range &&
		(!prefix_parse(outside->range, strlen(outside->range), &ranges->range) ||
			ranges->range.family != family))
		return false;
	ranges->special_count = add_specials(plan, &ranges->range, ranges->specials, 0);
	return true;
}

size_t plan_specials(const struct plan *plan, struct prefix ranges[PLAN_SPECIALS])
{
	static const struct prefix all4 = {.family = AF_INET}, all6 = {.family = AF_INET6};

	return add_specials(plan, &all6, ranges, add_specials(plan, &all4, ranges, 0));
}
