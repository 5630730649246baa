/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"

const char *const plan_over_keys[PLAN_OVER_COUNT] = {
	[PLAN_OVER_NEW] = "new-connections",
	[PLAN_OVER_CONNECTIONS] = "connections",
	[PLAN_OVER_BYTES] = "bytes",
	[PLAN_OVER_UNTIL] = "until",
};

const char *const plan_over_names[PLAN_OVER_COUNT] = {
	[PLAN_OVER_NEW] = "new",
	[PLAN_OVER_CONNECTIONS] = "count",
	[PLAN_OVER_BYTES] = "bytes",
	[PLAN_OVER_UNTIL] = "until",
};

bool plan_budget_has(const struct plan_budget *budget, enum plan_over way, struct where *where)
{
	const struct {
		bool has;
		struct where where;
	} ways[PLAN_OVER_COUNT] = {
		[PLAN_OVER_NEW] = {budget->new_connections, budget->new_where},
		[PLAN_OVER_CONNECTIONS] = {budget->connections, budget->connections_where},
		[PLAN_OVER_BYTES] = {budget->bytes, budget->bytes_where},
		[PLAN_OVER_UNTIL] = {budget->until, budget->until_where},
	};

	if (where)
		*where = ways[way].where;
	return ways[way].has;
}
