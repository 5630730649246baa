/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Budgets of lines that lead outside: their peers are in no set of the budget's own. */

#include <inttypes.h>
#include <stdio.h>

#include "enforce/network_budget.h"
#include "enforce/network_rules_part.h"

static bool is_of(const struct network_budget *budget, const struct plan_outside *outside)
{
	return outside->budget == (size_t)(budget->line - budget->plan->budgets) + 1;
}

void enforce_rules_budget_begins_outside(FILE *out, const struct network_budget *budget,
	const struct rules_way *way, const char *what)
{
	const struct plan *plan = budget->plan;

	for (size_t i = 0; i < plan->outside_count; i++)
		if (is_of(budget, &plan->outsides[i]))
			enforce_rules_each_outside(out, plan, &plan->outsides[i], way, what);
}

void enforce_rules_budget_outside(FILE *out, const struct network_budget *budget,
	const struct rules_way *way, const char *what)
{
	const struct plan *plan = budget->plan;

	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		if (is_of(budget, outside) && outside->name)
			fprintf(out, "\t\tct mark %" PRIu32 " %s\n",
				enforce_rules_outside_number(plan, outside), what);
		else if (is_of(budget, outside))
			enforce_rules_each_outside(out, plan, outside, way, what);
	}
}
