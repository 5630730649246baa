/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/schedule.h"

#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/schedule_item.h"

enum {
	PAUSE_FIRST = 5, /* ms between two probes of readiness: more and more */
	PAUSE_LAST = 100,
	PAUSE_COMMAND = 1000, /* what starts a process each time */
};

const char *const schedule_words[] = {
	[SCHEDULE_OFF] = "off",
	[SCHEDULE_WAITING] = "waiting",
	[SCHEDULE_STARTING] = "starting",
	[SCHEDULE_RUNNING] = "running",
	[SCHEDULE_READY] = "ready",
	[SCHEDULE_STOPPING] = "stopping",
	[SCHEDULE_BACKOFF] = "back-off",
	[SCHEDULE_ENDED] = "ended",
	[SCHEDULE_FAILED] = "failed",
};

static void add_dependencies(struct schedule *schedule, size_t service)
{
	const struct plan *plan = schedule->plan;
	const struct plan_life *life = schedule_life(schedule, service);
	struct schedule_item *item = &schedule->items[service];

	item->dependency_count = 0;
	item->dependencies =
		arena_alloc(schedule->arena, (life->dependency_count + 1) * sizeof(size_t));
	item->completed = arena_alloc(schedule->arena, (life->dependency_count + 1) * sizeof(bool));
	for (size_t i = 0; i < life->dependency_count; i++)
		for (size_t j = 0; j < plan->service_count; j++)
			if (text_equal(plan->services[j].name, life->dependencies[i].service)) {
				item->completed[item->dependency_count] =
					life->dependencies[i].completed ||
					schedule_is_job(schedule, j);
				item->dependencies[item->dependency_count++] = j;
			}
}

void schedule_plan(struct schedule *schedule, const struct plan *plan)
{
	schedule->plan = plan;
	for (size_t i = 0; i < plan->service_count; i++) {
		add_dependencies(schedule, i);
		schedule->items[i].timed = false;
	}
}

struct schedule *schedule_new(const struct plan *plan, struct arena *arena)
{
	struct schedule *schedule = arena_alloc(arena, sizeof(*schedule));

	schedule->arena = arena;
	schedule->items = arena_alloc(arena, (plan->service_count + 1) * sizeof(*schedule->items));
	schedule_plan(schedule, plan);
	return schedule;
}

static void wait_for_turn(struct schedule_item *item)
{
	item->state = SCHEDULE_WAITING;
	item->until = 0;
	item->timed = false;
}

/* By hand a job runs now, whatever its time is. */
static void start_now(struct schedule_item *item)
{
	wait_for_turn(item);
	item->restarts = 0;
	item->timed = true;
}

static void stop(struct schedule_item *item, enum schedule_after after)
{
	item->state = SCHEDULE_STOPPING;
	item->after = after;
	item->asked = false;
	item->probing = false;
}

static void back_off(struct schedule_item *item, int64_t now)
{
	int64_t delay = SCHEDULE_BACKOFF_LAST;

	/* 1 s << 6 is more than a minute already. */
	if (item->restarts < 6 && (SCHEDULE_BACKOFF_FIRST << item->restarts) < delay)
		delay = SCHEDULE_BACKOFF_FIRST << item->restarts;
	item->restarts++;
	item->state = SCHEDULE_BACKOFF;
	item->until = now + delay;
}

void schedule_want(struct schedule *schedule, size_t service)
{
	struct schedule_item *item = &schedule->items[service];

	item->given_up = false;
	switch (item->state) {
	case SCHEDULE_OFF:
	case SCHEDULE_BACKOFF:
	case SCHEDULE_ENDED:
	case SCHEDULE_FAILED:
		item->restarts = 0;
		wait_for_turn(item);
		break;
	case SCHEDULE_STOPPING:
		item->after = SCHEDULE_AFTER_START;
		break;
	default:
		break;
	}
}

void schedule_restart(struct schedule *schedule, size_t service)
{
	struct schedule_item *item = &schedule->items[service];

	if (item->state == SCHEDULE_RUNNING || item->state == SCHEDULE_READY)
		stop(item, SCHEDULE_AFTER_START);
	else
		schedule_want(schedule, service);
	if (item->state == SCHEDULE_WAITING)
		start_now(item);
}

void schedule_unwant(struct schedule *schedule, size_t service)
{
	struct schedule_item *item = &schedule->items[service];

	switch (item->state) {
	case SCHEDULE_STARTING:
		item->given_up = true;
		break;
	case SCHEDULE_RUNNING:
	case SCHEDULE_READY:
		stop(item, SCHEDULE_AFTER_OFF);
		break;
	case SCHEDULE_STOPPING:
		item->after = SCHEDULE_AFTER_OFF;
		break;
	case SCHEDULE_ENDED:
	case SCHEDULE_FAILED:
		break;
	default:
		item->state = SCHEDULE_OFF;
	}
}

static void run(struct schedule_item *item, int64_t started, int64_t now)
{
	item->state = SCHEDULE_RUNNING;
	item->starts++;
	item->started = started;
	item->pause = PAUSE_FIRST;
	item->probe_at = now;
	item->probing = false;
	item->unhealthy = 0;
}

void schedule_adopt(struct schedule *schedule, size_t service, int64_t started, int64_t now)
{
	run(&schedule->items[service], started, now);
}

void schedule_adopt_ended(
	struct schedule *schedule, size_t service, bool success, int64_t started, int64_t now)
{
	run(&schedule->items[service], started, now);
	schedule_ended(schedule, service, success, now);
}

void schedule_started(struct schedule *schedule, size_t service, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];

	run(item, now, now);
	if (item->given_up)
		stop(item, SCHEDULE_AFTER_OFF);
	item->given_up = false;
}

void schedule_start_failed(struct schedule *schedule, size_t service)
{
	schedule->items[service].state = SCHEDULE_FAILED;
	schedule->items[service].given_up = false;
}

void schedule_refuse(struct schedule *schedule, size_t service)
{
	struct schedule_item *item = &schedule->items[service];

	if (item->state == SCHEDULE_RUNNING || item->state == SCHEDULE_READY)
		stop(item, SCHEDULE_AFTER_FAILED);
}

/* Nobody told it to end. */
static void ended_by_itself(struct schedule *schedule, size_t service, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];
	enum plan_restart restart = schedule_life(schedule, service)->restart;

	if (schedule_has_times(schedule, service))
		wait_for_turn(item);
	else if (schedule_is_job(schedule, service) || restart == PLAN_RESTART_NEVER ||
		 (restart == PLAN_RESTART_ON_FAILURE && item->success))
		item->state = SCHEDULE_ENDED;
	else
		back_off(item, now);
}

void schedule_ended(struct schedule *schedule, size_t service, bool success, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];
	enum schedule_state before = item->state;

	item->success = success;
	item->probing = false;
	if (before == SCHEDULE_READY && now - item->since >= SCHEDULE_BACKOFF_LAST)
		item->restarts = 0;
	if (before != SCHEDULE_STOPPING)
		ended_by_itself(schedule, service, now);
	else if (item->after == SCHEDULE_AFTER_START)
		start_now(item);
	else if (item->after == SCHEDULE_AFTER_BACKOFF)
		back_off(item, now);
	else
		item->state = item->after == SCHEDULE_AFTER_FAILED ? SCHEDULE_FAILED : SCHEDULE_OFF;
}

static void wait_longer(struct schedule *schedule, size_t service, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];
	bool command = schedule_life(schedule, service)->ready.kind == PLAN_PROBE_COMMAND;
	int64_t last = command ? PAUSE_COMMAND : PAUSE_LAST;

	item->probe_at = now + item->pause;
	item->pause = item->pause * 2 < last ? item->pause * 2 : last;
}

void schedule_probed(struct schedule *schedule, size_t service, bool good, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];

	if (!item->probing)
		return;
	item->probing = false;
	if (item->state == SCHEDULE_RUNNING) {
		if (good) {
			schedule_become_ready(item, now);
			return;
		}
		wait_longer(schedule, service, now);
		return;
	}
	item->probe_at = now + SCHEDULE_HEALTHY_EVERY;
	item->unhealthy = good ? 0 : item->unhealthy + 1;
	/* `restart: never` only reports it. */
	if (item->unhealthy >= SCHEDULE_UNHEALTHY &&
		schedule_life(schedule, service)->restart != PLAN_RESTART_NEVER)
		stop(item, SCHEDULE_AFTER_BACKOFF);
}

struct schedule_view schedule_view(const struct schedule *schedule, size_t service)
{
	const struct schedule_item *item = &schedule->items[service];
	bool waiting = item->state == SCHEDULE_WAITING;

	return (struct schedule_view){
		.state = item->state,
		.starts = item->starts,
		.restarts = item->restarts,
		.since = item->state == SCHEDULE_READY ? item->since : 0,
		.until = waiting || item->state == SCHEDULE_BACKOFF ? item->until : 0,
		.unhealthy = item->unhealthy,
		.success = item->success,
		.waits_for = waiting ? schedule_waits_for(schedule, service) : NULL,
	};
}

bool schedule_content(const struct schedule *schedule, size_t service)
{
	const struct schedule_item *item = &schedule->items[service];

	if (schedule_has_times(schedule, service))
		return item->state == SCHEDULE_WAITING || item->state == SCHEDULE_RUNNING;
	if (schedule_is_job(schedule, service))
		return item->state == SCHEDULE_ENDED && item->success;
	return item->state == SCHEDULE_READY;
}
