/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/schedule_item.h"

#include "plan/plan.h"

const struct plan_life *schedule_life(const struct schedule *schedule, size_t service)
{
	return &schedule->plan->services[service].life;
}

bool schedule_is_job(const struct schedule *schedule, size_t service)
{
	return schedule_life(schedule, service)->job.kind != PLAN_JOB_NONE;
}

bool schedule_has_times(const struct schedule *schedule, size_t service)
{
	enum plan_job_kind kind = schedule_life(schedule, service)->job.kind;

	return kind == PLAN_JOB_EVERY || kind == PLAN_JOB_AT;
}

const char *schedule_waits_for(const struct schedule *schedule, size_t service)
{
	const struct schedule_item *item = &schedule->items[service];

	for (size_t i = 0; i < item->dependency_count; i++) {
		const struct schedule_item *other = &schedule->items[item->dependencies[i]];
		bool there = item->completed[i] ? other->state == SCHEDULE_ENDED && other->success
						: other->state == SCHEDULE_READY;

		if (!there)
			return schedule->plan->services[item->dependencies[i]].name;
	}
	return NULL;
}

void schedule_become_ready(struct schedule_item *item, int64_t now)
{
	item->state = SCHEDULE_READY;
	item->since = now;
	item->unhealthy = 0;
	item->probe_at = now + SCHEDULE_HEALTHY_EVERY;
}
