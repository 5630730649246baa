/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"
#include "stack/schedule_item.h"

enum { CLOCK_LOOK = 60000 }; /* ms: how long a clock that was set goes unnoticed */

/* Nothing shows that it is ready but that it stays. */
static bool shows_nothing(const struct schedule *schedule, size_t service)
{
	return schedule_life(schedule, service)->ready.kind == PLAN_PROBE_NONE &&
	       schedule->plan->services[service].listen_count == 0;
}

struct turn {
	int64_t now, day, next;
};

static void look_again(struct turn *turn, int64_t at)
{
	if (at < turn->next)
		turn->next = at;
}

/* Is it its turn?  Then it is starting. */
static bool take_turn(struct schedule *schedule, size_t service, struct turn *turn)
{
	struct schedule_item *item = &schedule->items[service];

	if (item->state == SCHEDULE_BACKOFF && item->until <= turn->now) {
		item->state = SCHEDULE_WAITING;
		item->timed = true;
	}
	if (item->state == SCHEDULE_WAITING && schedule_has_times(schedule, service))
		schedule_time_job(item, &schedule->plan->services[service], turn->now, turn->day);
	if (item->until > turn->now) {
		bool clock = schedule_life(schedule, service)->job.kind == PLAN_JOB_AT &&
			     item->until - turn->now > CLOCK_LOOK;

		look_again(turn, clock ? turn->now + CLOCK_LOOK : item->until);
		return false;
	}
	if (schedule_waits_for(schedule, service))
		return false;
	item->state = SCHEDULE_STARTING;
	return true;
}

/* Is a probe of it due?  Then its answer is. */
static bool take_probe(struct schedule_item *item, struct turn *turn)
{
	if (item->probing)
		return false;
	if (item->probe_at > turn->now) {
		look_again(turn, item->probe_at);
		return false;
	}
	item->probing = true;
	return true;
}

static bool act(struct schedule *schedule, size_t service, struct turn *turn,
	struct schedule_action *action)
{
	struct schedule_item *item = &schedule->items[service];

	action->service = service;
	switch (item->state) {
	case SCHEDULE_WAITING:
	case SCHEDULE_BACKOFF:
		action->verb = SCHEDULE_START;
		return take_turn(schedule, service, turn);
	case SCHEDULE_RUNNING:
		action->verb = SCHEDULE_PROBE_READY;
		if (schedule_is_job(schedule, service))
			return false;
		if (!shows_nothing(schedule, service))
			return take_probe(item, turn);
		look_again(turn, item->started + SCHEDULE_SETTLED);
		return false;
	case SCHEDULE_READY:
		action->verb = SCHEDULE_PROBE_HEALTHY;
		return schedule_life(schedule, service)->healthy.kind != PLAN_PROBE_NONE &&
		       take_probe(item, turn);
	case SCHEDULE_STOPPING:
		action->verb = SCHEDULE_STOP;
		if (item->asked)
			return false;
		item->asked = true;
		return true;
	default:
		return false;
	}
}

/* First of all, since others may wait for it. */
static void settle(struct schedule *schedule, size_t service, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];

	if (item->state == SCHEDULE_RUNNING && !schedule_is_job(schedule, service) &&
		shows_nothing(schedule, service) && now >= item->started + SCHEDULE_SETTLED)
		schedule_become_ready(item, now);
}

size_t schedule_next(struct schedule *schedule, int64_t now, int64_t day,
	struct schedule_action *actions, int64_t *next)
{
	struct turn turn = {.now = now, .day = day, .next = INT64_MAX};
	size_t count = 0;

	for (size_t i = 0; i < schedule->plan->service_count; i++)
		settle(schedule, i, now);
	for (size_t i = 0; i < schedule->plan->service_count; i++)
		if (act(schedule, i, &turn, &actions[count]))
			count++;
	*next = turn.next;
	return count;
}
