/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/prefix.h"
#include "catalog/special.h"
#include "plan/plan.h"

bool plan_leaves(const struct plan *plan)
{
	return plan->host_edge_count > 0 || plan->outside_count > 0;
}

/* What of @text lies within @range, all of which does not lie in it. */
static bool is_within(const char *text, const struct prefix *range, struct prefix *within)
{
	return prefix_parse(text, strlen(text), within) && prefix_covers(range, within) &&
	       !prefix_covers(within, range);
}

/* Of a set of them none may lie in another one (nft). */
static size_t add_special(const char *text, const struct prefix *range,
	struct prefix specials[PLAN_OUTSIDE_SPECIALS], size_t count)
{
	struct prefix within;

	if (count == PLAN_OUTSIDE_SPECIALS || !is_within(text, range, &within))
		return count;
	for (size_t i = 0; i < count; i++)
		if (prefix_covers(&specials[i], &within))
			return count;
	specials[count] = within;
	return count + 1;
}

size_t plan_outside_ranges(const struct plan *plan, const struct plan_outside *outside,
	struct prefix *range, struct prefix specials[PLAN_OUTSIDE_SPECIALS])
{
	size_t count = 0;

	if (!prefix_parse(outside->range, strlen(outside->range), range))
		return 0;
	/* Of the special ones the wider come first. */
	for (size_t i = 0; i < catalog_special_count; i++)
		count = add_special(catalog_specials[i].range, range, specials, count);
	count = add_special(plan->network.prefix4, range, specials, count);
	return add_special(plan->network.prefix6, range, specials, count);
}
