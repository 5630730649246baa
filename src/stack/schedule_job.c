/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"
#include "stack/schedule_item.h"

enum { DAY = 24 * 60 * 60, DRIFT = 2000 /* ms: more is a clock that was set, or a sleep */ };

/* Never twice at once: a run that took longer than its period costs those in between. */
static int64_t next_of_period(const struct schedule_item *item, int64_t period, int64_t now)
{
	int64_t next = item->started + period;

	if (item->starts == 0)
		return now;
	return next > now ? next : next + (now - next) / period * period + period;
}

static int64_t until_of_day(uint64_t at, int64_t day)
{
	return ((int64_t)at - day % DAY + DAY) % DAY;
}

void schedule_time_job(
	struct schedule_item *item, const struct plan_service *service, int64_t now, int64_t day)
{
	const struct plan_job *job = &service->life.job;
	int64_t left;

	if (job->kind == PLAN_JOB_EVERY && !item->timed)
		item->until = next_of_period(item, (int64_t)job->seconds * 1000, now);
	if (job->kind == PLAN_JOB_AT) {
		left = until_of_day(job->seconds, day);
		/* In this very second it is run, or was; the next is tomorrow. */
		if (!item->timed)
			item->until = now + (left ? left : DAY) * 1000;
		else if (left && item->until > now &&
			 (now + left * 1000 > item->until + DRIFT ||
				 now + left * 1000 < item->until - DRIFT))
			item->until = now + left * 1000;
	}
	item->timed = true;
}
