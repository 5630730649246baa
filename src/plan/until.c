/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/report.h"
#include "plan/plan.h"

enum { SOON = 14 * 86400 };

void plan_report_until(const struct plan *plan, uint64_t now, struct report *report)
{
	for (size_t i = 0; i < plan->budget_count; i++) {
		const struct plan_budget *budget = &plan->budgets[i];

		if (!budget->until || budget->end > now + SOON)
			continue;
		const bool over = budget->end <= now;
		struct report_entry *entry = report_add(report, over ? REPORT_WARNING : REPORT_NOTE,
			budget->until_where, 1,
			over ? "'%s' connects until %s, which is over: it is refused"
			     : "'%s' connects until %s, and then no more",
			budget->from, budget->until);
		report_hint(report, entry, "give a later day, or take the line out");
	}
}
