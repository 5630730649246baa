/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/report.h"
#include "plan/plan.h"

enum { SOON = 14 * 86400 };

bool plan_budget_ended(const struct plan *plan, uint32_t budget, uint64_t now)
{
	return budget && plan->budgets[budget - 1].until && plan->budgets[budget - 1].end <= now;
}

/* A line holds for all instances: the first says it. */
static bool repeated(const struct plan *plan, size_t index)
{
	const struct plan_service *service = plan_service(plan, plan->budgets[index].from);

	return service && service->instance > 1;
}

void plan_report_until(const struct plan *plan, uint64_t now, struct report *report)
{
	for (size_t i = 0; i < plan->budget_count; i++) {
		const struct plan_budget *budget = &plan->budgets[i];

		if (!budget->until || budget->end > now + SOON || repeated(plan, i))
			continue;
		const bool over = budget->end <= now;
		struct report_entry *entry = report_add(report, over ? REPORT_WARNING : REPORT_NOTE,
			budget->until_where, 1,
			over ? "'%s' connects until %s, which is over: it is refused"
			     : "'%s' connects until %s, and then no more",
			budget->from, budget->until);
		report_hint(
			report, entry, "give a later day, or take the line out; then down and up");
	}
}
