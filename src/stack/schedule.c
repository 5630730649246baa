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
	CLOCK_LOOK = 60000,   /* ms: how long a clock that was set goes unnoticed */
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

static const struct plan_life *life_of(const struct schedule *schedule, size_t service)
{
	return &schedule->plan->services[service].life;
}

static bool is_job(const struct schedule *schedule, size_t service)
{
	return life_of(schedule, service)->job.kind != PLAN_JOB_NONE;
}

static bool has_times(const struct schedule *schedule, size_t service)
{
	enum plan_job_kind kind = life_of(schedule, service)->job.kind;

	return kind == PLAN_JOB_EVERY || kind == PLAN_JOB_AT;
}

static void add_dependencies(struct schedule *schedule, size_t service)
{
	const struct plan *plan = schedule->plan;
	const struct plan_life *life = life_of(schedule, service);
	struct schedule_item *item = &schedule->items[service];

	item->dependency_count = 0;
	item->dependencies =
		arena_alloc(schedule->arena, (life->dependency_count + 1) * sizeof(size_t));
	item->completed = arena_alloc(schedule->arena, (life->dependency_count + 1) * sizeof(bool));
	for (size_t i = 0; i < life->dependency_count; i++)
		for (size_t j = 0; j < plan->service_count; j++)
			if (text_equal(plan->services[j].name, life->dependencies[i].service)) {
				item->completed[item->dependency_count] =
					life->dependencies[i].completed || is_job(schedule, j);
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

/* The first dependency that is not there yet, or NULL. */
static const char *waits_for(const struct schedule *schedule, size_t service)
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
	enum plan_restart restart = life_of(schedule, service)->restart;

	if (has_times(schedule, service))
		wait_for_turn(item);
	else if (is_job(schedule, service) || restart == PLAN_RESTART_NEVER ||
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

static void become_ready(struct schedule_item *item, int64_t now)
{
	item->state = SCHEDULE_READY;
	item->since = now;
	item->unhealthy = 0;
	item->probe_at = now + SCHEDULE_HEALTHY_EVERY;
}

static void wait_longer(struct schedule *schedule, size_t service, int64_t now)
{
	struct schedule_item *item = &schedule->items[service];
	bool command = life_of(schedule, service)->ready.kind == PLAN_PROBE_COMMAND;
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
			become_ready(item, now);
			return;
		}
		wait_longer(schedule, service, now);
		return;
	}
	item->probe_at = now + SCHEDULE_HEALTHY_EVERY;
	item->unhealthy = good ? 0 : item->unhealthy + 1;
	/* `restart: never` only reports it. */
	if (item->unhealthy >= SCHEDULE_UNHEALTHY &&
		life_of(schedule, service)->restart != PLAN_RESTART_NEVER)
		stop(item, SCHEDULE_AFTER_BACKOFF);
}

/* Nothing shows that it is ready but that it stays. */
static bool shows_nothing(const struct schedule *schedule, size_t service)
{
	return life_of(schedule, service)->ready.kind == PLAN_PROBE_NONE &&
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
	if (item->state == SCHEDULE_WAITING && has_times(schedule, service))
		schedule_time_job(item, &schedule->plan->services[service], turn->now, turn->day);
	if (item->until > turn->now) {
		bool clock = life_of(schedule, service)->job.kind == PLAN_JOB_AT &&
			     item->until - turn->now > CLOCK_LOOK;

		look_again(turn, clock ? turn->now + CLOCK_LOOK : item->until);
		return false;
	}
	if (waits_for(schedule, service))
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
		if (is_job(schedule, service))
			return false;
		if (!shows_nothing(schedule, service))
			return take_probe(item, turn);
		look_again(turn, item->started + SCHEDULE_SETTLED);
		return false;
	case SCHEDULE_READY:
		action->verb = SCHEDULE_PROBE_HEALTHY;
		return life_of(schedule, service)->healthy.kind != PLAN_PROBE_NONE &&
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

	if (item->state == SCHEDULE_RUNNING && !is_job(schedule, service) &&
		shows_nothing(schedule, service) && now >= item->started + SCHEDULE_SETTLED)
		become_ready(item, now);
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

struct schedule_view schedule_view(const struct schedule *schedule, size_t service)
{
	const struct schedule_item *item = &schedule->items[service];
	bool waiting = item->state == SCHEDULE_WAITING;

	return (struct schedule_view){
		.state = item->state,
		.starts = item->starts,
		.restarts = item->restarts,
		.until = waiting || item->state == SCHEDULE_BACKOFF ? item->until : 0,
		.unhealthy = item->unhealthy,
		.success = item->success,
		.waits_for = waiting ? waits_for(schedule, service) : NULL,
	};
}

bool schedule_content(const struct schedule *schedule, size_t service)
{
	const struct schedule_item *item = &schedule->items[service];

	if (has_times(schedule, service))
		return item->state == SCHEDULE_WAITING || item->state == SCHEDULE_RUNNING;
	if (is_job(schedule, service))
		return item->state == SCHEDULE_ENDED && item->success;
	return item->state == SCHEDULE_READY;
}
