/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "stack/schedule.h"

enum { MOST = 4, DAY = 24 * 60 * 60 };

/* A stack of some services, and the clock. */
static struct plan_service services[MOST];
static struct plan_listen listens[] = {{.transport = PLAN_TCP, .first = 80, .last = 80}};
static struct plan plan;
static struct arena *arena;
static struct schedule *schedule;
static struct schedule_action actions[MOST];
static int64_t now, next;

static const char *const names[MOST] = {"a", "b", "c", "d"};

static void stack(size_t count)
{
	for (size_t i = 0; i < count; i++)
		services[i] = (struct plan_service){
			.name = names[i], .listens = listens, .listen_count = 1};
	plan = (struct plan){.services = services, .service_count = count};
	arena = arena_new();
	now = 1000000;
}

static void depend(size_t service, struct plan_dependency *dependency, const char *on)
{
	*dependency = (struct plan_dependency){.service = on};
	services[service].life.dependencies = dependency;
	services[service].life.dependency_count = 1;
}

static void begin(void)
{
	schedule = schedule_new(&plan, arena);
}

static void end(void)
{
	arena_free(arena);
}

static size_t at(int64_t time, int64_t day)
{
	now = time;
	return schedule_next(schedule, now, day, actions, &next);
}

/* What is to be done now, when that is one thing. */
static void expect(enum schedule_verb verb, size_t service)
{
	assert_int_equal(at(now, 0), 1);
	assert_int_equal(actions[0].verb, verb);
	assert_int_equal(actions[0].service, service);
}

static void expect_nothing(void)
{
	assert_int_equal(at(now, 0), 0);
}

static enum schedule_state state_of(size_t service)
{
	return schedule_view(schedule, service).state;
}

static void start(size_t service)
{
	expect(SCHEDULE_START, service);
	schedule_started(schedule, service, now);
}

static void become_ready(size_t service)
{
	expect(SCHEDULE_PROBE_READY, service);
	schedule_probed(schedule, service, true, now);
	assert_int_equal(state_of(service), SCHEDULE_READY);
}

static void what_is_not_asked_for_stays_off(void **state)
{
	(void)state;
	stack(1);
	begin();
	expect_nothing();
	assert_true(next == INT64_MAX);
	assert_int_equal(state_of(0), SCHEDULE_OFF);
	end();
}

static void who_depends_waits_until_the_other_is_ready(void **state)
{
	struct plan_dependency on_b;

	(void)state;
	stack(2);
	depend(0, &on_b, "b");
	begin();
	schedule_want(schedule, 0);
	schedule_want(schedule, 1);
	expect(SCHEDULE_START, 1);
	assert_string_equal(schedule_view(schedule, 0).waits_for, "b");
	expect_nothing();
	schedule_started(schedule, 1, now);
	assert_int_equal(state_of(1), SCHEDULE_RUNNING);
	become_ready(1);
	expect(SCHEDULE_START, 0);
	assert_null(schedule_view(schedule, 0).waits_for);
	end();
}

static void a_job_before_others_must_have_ended_well(void **state)
{
	struct plan_dependency on_job;

	(void)state;
	stack(2);
	services[1].life.job.kind = PLAN_JOB_ONCE;
	depend(0, &on_job, "b");
	on_job.completed = true;
	begin();
	schedule_want(schedule, 0);
	schedule_want(schedule, 1);
	start(1);
	expect_nothing();
	schedule_ended(schedule, 1, false, now);
	assert_int_equal(state_of(1), SCHEDULE_ENDED);
	assert_false(schedule_content(schedule, 1));
	expect_nothing();
	schedule_restart(schedule, 1);
	start(1);
	schedule_ended(schedule, 1, true, now);
	assert_true(schedule_content(schedule, 1));
	expect(SCHEDULE_START, 0);
	end();
}

static void probes_of_readiness_come_less_and_less_often(void **state)
{
	int64_t before, longest = 0;

	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	for (int i = 0; i < 10; i++) {
		expect(SCHEDULE_PROBE_READY, 0);
		/* One at a time. */
		expect_nothing();
		schedule_probed(schedule, 0, false, now);
		before = now;
		expect_nothing();
		assert_true(next - before >= longest);
		longest = next - before;
		now = next;
	}
	assert_in_range(longest, 50, 200);
	become_ready(0);
	end();
}

static void who_shows_nothing_is_ready_when_it_stays(void **state)
{
	(void)state;
	stack(1);
	services[0].listen_count = 0;
	begin();
	schedule_want(schedule, 0);
	start(0);
	expect_nothing();
	assert_true(next == now + SCHEDULE_SETTLED);
	at(now + SCHEDULE_SETTLED - 1, 0);
	assert_int_equal(state_of(0), SCHEDULE_RUNNING);
	at(now + 1, 0);
	assert_int_equal(state_of(0), SCHEDULE_READY);
	end();
}

static void who_ends_starts_again_later_and_later(void **state)
{
	static const int64_t delays[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};

	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		schedule_ended(schedule, 0, i % 2, now);
		assert_int_equal(state_of(0), SCHEDULE_BACKOFF);
		assert_int_equal(schedule_view(schedule, 0).until - now, delays[i]);
		expect_nothing();
		assert_true(next == now + delays[i]);
		assert_int_equal(at(next - 1, 0), 0);
		now++;
		start(0);
	}
	assert_int_equal(schedule_view(schedule, 0).starts, 9);
	end();
}

static void a_while_of_readiness_forgets_earlier_ends(void **state)
{
	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	schedule_ended(schedule, 0, false, now);
	schedule_want(schedule, 0);
	start(0);
	schedule_ended(schedule, 0, false, now);
	now += 1000;
	start(0);
	become_ready(0);
	now += SCHEDULE_BACKOFF_LAST - 1;
	schedule_ended(schedule, 0, false, now);
	assert_int_equal(schedule_view(schedule, 0).restarts, 2);
	now += 2000;
	start(0);
	become_ready(0);
	now += SCHEDULE_BACKOFF_LAST;
	schedule_ended(schedule, 0, false, now);
	assert_int_equal(schedule_view(schedule, 0).restarts, 1);
	end();
}

static void restart_says_who_starts_again(void **state)
{
	static const struct {
		enum plan_restart restart;
		bool success;
		enum schedule_state then;
	} rows[] = {
		{PLAN_RESTART_ALWAYS, true, SCHEDULE_BACKOFF},
		{PLAN_RESTART_ALWAYS, false, SCHEDULE_BACKOFF},
		{PLAN_RESTART_ON_FAILURE, true, SCHEDULE_ENDED},
		{PLAN_RESTART_ON_FAILURE, false, SCHEDULE_BACKOFF},
		{PLAN_RESTART_NEVER, true, SCHEDULE_ENDED},
		{PLAN_RESTART_NEVER, false, SCHEDULE_ENDED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stack(1);
		services[0].life.restart = rows[i].restart;
		begin();
		schedule_want(schedule, 0);
		start(0);
		schedule_ended(schedule, 0, rows[i].success, now);
		assert_int_equal(state_of(0), rows[i].then);
		end();
	}
}

static void a_start_that_failed_is_not_tried_again(void **state)
{
	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	expect(SCHEDULE_START, 0);
	schedule_start_failed(schedule, 0);
	assert_int_equal(state_of(0), SCHEDULE_FAILED);
	assert_int_equal(at(now + DAY * 1000, 0), 0);
	assert_true(next == INT64_MAX);
	/* But when somebody asks for it. */
	schedule_want(schedule, 0);
	expect(SCHEDULE_START, 0);
	end();
}

static void who_keeps_rights_is_stopped_and_not_tried_again(void **state)
{
	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	become_ready(0);
	schedule_refuse(schedule, 0);
	expect(SCHEDULE_STOP, 0);
	schedule_ended(schedule, 0, true, now);
	assert_int_equal(state_of(0), SCHEDULE_FAILED);
	assert_int_equal(at(now + DAY * 1000, 0), 0);
	end();
}

static void a_restart_stops_first(void **state)
{
	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	become_ready(0);
	schedule_restart(schedule, 0);
	expect(SCHEDULE_STOP, 0);
	expect_nothing();
	assert_int_equal(state_of(0), SCHEDULE_STOPPING);
	schedule_ended(schedule, 0, false, now);
	/* At once: it was asked for. */
	start(0);
	assert_int_equal(schedule_view(schedule, 0).restarts, 0);
	end();
}

static void who_is_not_wanted_is_stopped_whatever_it_does(void **state)
{
	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	schedule_unwant(schedule, 0);
	assert_int_equal(state_of(0), SCHEDULE_OFF);
	schedule_want(schedule, 0);
	expect(SCHEDULE_START, 0);
	/* In the middle of its start. */
	schedule_unwant(schedule, 0);
	expect_nothing();
	schedule_started(schedule, 0, now);
	expect(SCHEDULE_STOP, 0);
	schedule_ended(schedule, 0, false, now);
	assert_int_equal(state_of(0), SCHEDULE_OFF);
	expect_nothing();
	schedule_want(schedule, 0);
	start(0);
	schedule_ended(schedule, 0, false, now);
	schedule_unwant(schedule, 0);
	assert_int_equal(state_of(0), SCHEDULE_OFF);
	end();
}

static void three_bad_probes_of_health_in_a_row_start_it_again(void **state)
{
	static const bool answers[] = {false, false, true, false, false, false};

	(void)state;
	stack(1);
	services[0].life.healthy.kind = PLAN_PROBE_PORT;
	begin();
	schedule_want(schedule, 0);
	start(0);
	become_ready(0);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		expect_nothing();
		assert_true(next == now + SCHEDULE_HEALTHY_EVERY);
		now = next;
		expect(SCHEDULE_PROBE_HEALTHY, 0);
		schedule_probed(schedule, 0, answers[i], now);
	}
	expect(SCHEDULE_STOP, 0);
	schedule_ended(schedule, 0, true, now);
	assert_int_equal(state_of(0), SCHEDULE_BACKOFF);
	end();
}

static void restart_never_only_counts_bad_health(void **state)
{
	(void)state;
	stack(1);
	services[0].life.healthy.kind = PLAN_PROBE_PORT;
	services[0].life.restart = PLAN_RESTART_NEVER;
	begin();
	schedule_want(schedule, 0);
	start(0);
	become_ready(0);
	for (int i = 0; i < 5; i++) {
		now += SCHEDULE_HEALTHY_EVERY;
		expect(SCHEDULE_PROBE_HEALTHY, 0);
		schedule_probed(schedule, 0, false, now);
	}
	assert_int_equal(schedule_view(schedule, 0).unhealthy, 5);
	assert_int_equal(state_of(0), SCHEDULE_READY);
	end();
}

static void a_job_of_every_minute_never_overlaps(void **state)
{
	(void)state;
	stack(1);
	services[0].life.job = (struct plan_job){.kind = PLAN_JOB_EVERY, .seconds = 60};
	begin();
	schedule_want(schedule, 0);
	assert_true(schedule_content(schedule, 0));
	int64_t first = now;
	start(0);
	/* It takes two minutes and a half: what fell into them is left out. */
	assert_int_equal(at(first + 150000, 0), 0);
	schedule_ended(schedule, 0, false, now);
	assert_int_equal(state_of(0), SCHEDULE_WAITING);
	expect_nothing();
	assert_true(next == first + 180000);
	now = next;
	start(0);
	schedule_ended(schedule, 0, true, now + 1000);
	assert_true(schedule_view(schedule, 0).success);
	now += 1000;
	expect_nothing();
	assert_true(next == first + 240000);
	end();
}

static void a_job_at_a_time_of_day_runs_once_a_day(void **state)
{
	const int64_t quarter = (3 * 60 + 15) * 60;

	(void)state;
	stack(1);
	services[0].life.job = (struct plan_job){.kind = PLAN_JOB_AT, .seconds = quarter};
	begin();
	schedule_want(schedule, 0);
	assert_int_equal(at(now, quarter - 30), 0);
	assert_true(next == now + 30000);
	assert_int_equal(at(next, quarter), 1);
	schedule_started(schedule, 0, now);
	schedule_ended(schedule, 0, true, now + 200);
	assert_int_equal(at(now + 200, quarter), 0);
	assert_int_equal(schedule_view(schedule, 0).until - now, DAY * INT64_C(1000));
	assert_int_equal(at(now + 60000, quarter + 60), 0);
	end();
}

static void a_clock_that_was_set_moves_the_job(void **state)
{
	const int64_t noon = 12 * 60 * 60;

	(void)state;
	stack(1);
	services[0].life.job = (struct plan_job){.kind = PLAN_JOB_AT, .seconds = noon};
	begin();
	schedule_want(schedule, 0);
	assert_int_equal(at(now, noon - 3600), 0);
	/* Looked at again soon, since nobody says when it is set. */
	assert_true(next <= now + 60000);
	/* An hour back: summer time ends. */
	assert_int_equal(at(now + 60000, noon - 7200), 0);
	assert_int_equal(schedule_view(schedule, 0).until - now, 7200 * INT64_C(1000));
	end();
}

static void who_ran_before_is_adopted(void **state)
{
	(void)state;
	stack(2);
	begin();
	schedule_adopt(schedule, 0, now - 5000, now);
	schedule_adopt_ended(schedule, 1, false, now - 5000, now);
	assert_int_equal(state_of(0), SCHEDULE_RUNNING);
	become_ready(0);
	/* The restart that nobody was there for. */
	assert_int_equal(state_of(1), SCHEDULE_BACKOFF);
	now += SCHEDULE_BACKOFF_FIRST;
	start(1);
	end();
}

static void a_job_that_was_done_before_is_not_done_again(void **state)
{
	(void)state;
	stack(2);
	services[0].life.job.kind = PLAN_JOB_ONCE;
	services[1].life.job = (struct plan_job){.kind = PLAN_JOB_EVERY, .seconds = 60};
	begin();
	schedule_adopt_ended(schedule, 0, true, now - 5000, now);
	schedule_adopt_ended(schedule, 1, true, now - 20000, now);
	expect_nothing();
	assert_true(schedule_content(schedule, 0));
	assert_true(next == now + 40000);
	end();
}

static void another_life_counts_from_now_on(void **state)
{
	static struct plan_service others[1];
	const struct plan other = {.services = others, .service_count = 1};

	(void)state;
	stack(1);
	begin();
	schedule_want(schedule, 0);
	start(0);
	become_ready(0);
	others[0] = services[0];
	others[0].life.restart = PLAN_RESTART_NEVER;
	schedule_plan(schedule, &other);
	assert_int_equal(state_of(0), SCHEDULE_READY);
	schedule_ended(schedule, 0, false, now);
	assert_int_equal(state_of(0), SCHEDULE_ENDED);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_asked_for_stays_off),
		cmocka_unit_test(who_depends_waits_until_the_other_is_ready),
		cmocka_unit_test(a_job_before_others_must_have_ended_well),
		cmocka_unit_test(probes_of_readiness_come_less_and_less_often),
		cmocka_unit_test(who_shows_nothing_is_ready_when_it_stays),
		cmocka_unit_test(who_ends_starts_again_later_and_later),
		cmocka_unit_test(a_while_of_readiness_forgets_earlier_ends),
		cmocka_unit_test(restart_says_who_starts_again),
		cmocka_unit_test(a_start_that_failed_is_not_tried_again),
		cmocka_unit_test(who_keeps_rights_is_stopped_and_not_tried_again),
		cmocka_unit_test(a_restart_stops_first),
		cmocka_unit_test(who_is_not_wanted_is_stopped_whatever_it_does),
		cmocka_unit_test(three_bad_probes_of_health_in_a_row_start_it_again),
		cmocka_unit_test(restart_never_only_counts_bad_health),
		cmocka_unit_test(a_job_of_every_minute_never_overlaps),
		cmocka_unit_test(a_job_at_a_time_of_day_runs_once_a_day),
		cmocka_unit_test(a_clock_that_was_set_moves_the_job),
		cmocka_unit_test(who_ran_before_is_adopted),
		cmocka_unit_test(a_job_that_was_done_before_is_not_done_again),
		cmocka_unit_test(another_life_counts_from_now_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
