/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_budget.h"
#include "enforce/network_change.h"
#include "enforce/network_compare.h"
#include "enforce/network_rules.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "enforce/nft_difference.h"
#include "plan/plan.h"

struct table {
	const char *before, *after; /* texts */
	const char *name;
	struct where where;
};

/* All of it in the place of whatever is there, which costs what packets have put into it. */
static int replace(const struct table *table, struct fault *why)
{
	scoped(memory) char *text = NULL;

	/* Added first, since there may be none to delete. */
	if (asprintf(&text, "add table inet bulkhead\ndelete table inet bulkhead\n%s",
		    table->after) < 0)
		return fault(why, -ENOMEM, table->where, "no memory for the %s", table->name);
	return enforce_nft_load(text, table->name, table->where, why);
}

static bool is_there(const char *rules, const struct table *table)
{
	return enforce_network_compare_rules(rules, NULL, table->where, NULL) == 0;
}

/* What is refused although the table is as planned is refused for good: nothing has changed. */
static int load(const struct table *table, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text = enforce_nft_difference(table->before, table->after, arena);
	struct fault refused = {0};

	if (text && !*text)
		return 0;
	int error = text ? enforce_nft_load(text, table->name, table->where, &refused) : -EIO;
	if (error == 0)
		return 0;
	if (!text || !is_there(table->before, table))
		return replace(table, why);
	if (why)
		*why = refused;
	return error;
}

static int change_table(
	const struct enforce_network_change *change, const struct table *table, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(
		change->was ? change->network : change->router, table->where, why);

	if (home < 0)
		return home;
	if (!change->unsure || is_there(table->before, table))
		return load(table, why);
	return is_there(table->after, table) ? 0 : replace(table, why);
}

int enforce_network_change_table(const struct enforce_network_change *change, struct fault *why)
{
	const struct plan_service *was = change->was, *is = change->is;
	const struct where where = is ? is->where : change->after->network.where;
	scoped(memory) char *before = was ? enforce_network_rules_service(change->before, was)
					  : enforce_network_rules_router(change->before);
	scoped(memory) char *after = is ? enforce_network_rules_service(change->after, is)
					: enforce_network_rules_router(change->after);
	const struct table table = {
		before, after, was ? "service's table" : "router's table", where};

	if (!before || !after)
		return fault(why, -ENOMEM, where, "no memory for the rules");
	/* With its link it gets its table, and without one nothing meets it. */
	if (was && is && (!was->linked || !is->linked))
		return 0;
	return change_table(change, &table, why);
}

bool enforce_network_changes(const struct enforce_network_change *change)
{
	const struct network_shapes shaped = {change->before, change->was};
	const struct network_shapes shapes = {change->after, change->is};
	scoped(memory) char *before = enforce_network_rules_service(change->before, change->was);
	scoped(memory) char *after = enforce_network_rules_service(change->after, change->is);

	return change->unsure || !before || !after || strcmp(before, after) != 0 ||
	       change->was->linked != change->is->linked ||
	       change->was->default_route != change->is->default_route ||
	       !enforce_network_shape_same(&shaped, &shapes) ||
	       (change->is->linked && !enforce_shortcut_same(change->before, change->was,
					      change->after, change->is));
}
