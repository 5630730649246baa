/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_rules_part.h"

#define EACH_SHAPED(budget, plan)                                                                  \
	for (size_t i = 0; i < (plan)->service_count; i++)                                         \
		EACH_BUDGET(budget, plan, &(plan)->services[i])                                    \
	if ((budget).line->bandwidth)

void enforce_rules_shaped_sets(FILE *out, const struct plan *plan)
{
	EACH_SHAPED(budget, plan)
	{
		char link[NETWORK_LINK_NAME], name[64];

		enforce_network_link_name(budget.service->link, link);
		snprintf(name, sizeof(name), "%s_line%zu_", link, budget.number);
		enforce_rules_budget_peers(out, name, &budget);
	}
}

void enforce_rules_shaped(FILE *out, const struct plan *plan)
{
	const struct rules_way from = {"saddr", "sport", ""};

	EACH_SHAPED(budget, plan)
	{
		char link[NETWORK_LINK_NAME], what[64];

		enforce_network_link_name(budget.service->link, link);
		snprintf(what, sizeof(what), "oifname \"%s\" meta priority set 1:%zx", link,
			budget.number);
		enforce_rules_budget_outside(out, &budget, &from, what);
		for (int wide = 0; wide < 2; wide++)
			fprintf(out,
				"\t\toifname \"%s\" %s saddr . meta l4proto . th sport "
				"@%s_line%zu_%d meta priority set 1:%zx\n",
				link, wide ? "ip6" : "ip", link, budget.number, wide ? 6 : 4,
				budget.number);
	}
}
