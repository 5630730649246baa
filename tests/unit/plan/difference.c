/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What another policy changes of a stack that runs, in words, and when. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/difference.h"
#include "plan/plan.h"
#include "plan/reach.h"
#include "policy/policy.h"
#include "sketch.h"

#define DB "  db: {role: bare, command: daemon, listens: [5432, 5433, 53/udp]"
#define WEB "}\n  web: {role: bare, command: daemon, listens: [80], connects: ["
#define AS(connects) DB WEB connects "]}\n"
#define LINE(budget) AS("{to: db:5432, " budget "}, db:53/udp")

static const char before[] = AS("db:5432, db:53/udp");

static const struct {
	const char *after;
	enum plan_difference_when when;
	const char *service, *text; /* text NULL: nothing differs */
} rows[] = {
	{AS("db:5432, db:53/udp"), PLAN_AT_ONCE, NULL, NULL},
	{"\n\n" AS("db:53/udp, db:5432"), PLAN_AT_ONCE, NULL, NULL},
	{AS("db:5432, db:5433, db:53/udp"), PLAN_AT_ONCE, "web", "may connect to db:5433"},
	{AS("db:5432"), PLAN_AT_ONCE, "web", "may no more connect to db:53/udp"},
	{LINE("at: 127.0.0.1:5000"), PLAN_AT_ONCE, "web", "finds db:5432 at 127.0.0.1 port 5000"},
	{LINE("bytes: 1MB/h"), PLAN_AT_ONCE, "web",
		"to db:5432: 1048576 bytes in 3600 s instead of no limit"},
	{LINE("connections: 5, over: drop"), PLAN_AT_ONCE, "web",
		"to db:5432: 5 connections, more is dropped instead of no limit"},
	{LINE("new-connections: 3/m, bandwidth: 2mbit, until: 2099-12-31"), PLAN_AT_ONCE, "web",
		"to db:5432: 3 new connections in 60 s, 2000000 bits a second, until 2099-12-31 "
		"instead of no limit"},
	{DB ", stop: {signal: INT}" WEB "db:5432, db:53/udp]}\n", PLAN_AT_ONCE, "db",
		"what is done with it has changed"},
	{DB ", environment: {A: b}" WEB "db:5432, db:53/udp]}\n", PLAN_RESTART, "db",
		"its environment"},
	{DB ", connects: [web:80]" WEB "db:5432, db:53/udp]}\n", PLAN_AT_ONCE, "db",
		"may connect to web:80"},
	{DB ", publishes: {5432: 127.0.0.1}" WEB "db:5432, db:53/udp]}\n", PLAN_ANEW, "gateway",
		"is there with the first door"},
	{AS("db:5432, db:53/udp, {to: \"host:25\", why: x}"), PLAN_ANEW, "outlet",
		"is there with the first edge that leaves the stack"},
	{AS("db:5432, db:53/udp") "  more: {role: bare, command: daemon}\n", PLAN_ANEW, "more",
		"is new"},
	{DB "}\n", PLAN_ANEW, "web", "is gone"},
};

static bool says(const struct plan_differences *differences, size_t row)
{
	for (size_t i = 0; i < differences->count; i++)
		if (differences->list[i].when == rows[row].when &&
			text_equal(differences->list[i].service, rows[row].service) &&
			text_equal(differences->list[i].text, rows[row].text))
			return true;
	return false;
}

static void each_difference_is_said(void **state)
{
	struct sketch sketch = sketch_plan(before, false);

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scoped(arena) struct arena *arena = arena_new();
		struct sketch other = sketch_plan(rows[i].after, false);
		const struct plan_differences differences =
			plan_compare(sketch.plan, other.plan, arena);

		if (rows[i].text ? !says(&differences, i) : differences.count != 0)
			fail_msg("row %zu: %zu, first '%s'", i, differences.count,
				differences.count ? differences.list[0].text : "");
		sketch_free(&other);
	}
	sketch_free(&sketch);
}

/* Its number is its first edge's: neither lines before it nor its own numbers move it. */
static void a_budget_keeps_its_number(void **state)
{
	struct sketch one = sketch_plan(LINE("bytes: 1MB/h"), false);
	struct sketch other = sketch_plan(
		AS("{to: db:53/udp, connections: 3}, {to: \"db:5432-5433\", bytes: 2MB/h}"), false);

	(void)state;
	assert_int_equal(report_count(other.report, REPORT_ERROR), 0);
	assert_int_equal(one.plan->budget_count, 1);
	assert_int_equal(other.plan->budget_count, 2);
	assert_int_equal(one.plan->budgets[0].number, other.plan->budgets[1].number);
	assert_int_not_equal(other.plan->budgets[0].number, other.plan->budgets[1].number);
	sketch_free(&one);
	sketch_free(&other);
}

/* What runs is confined as it was launched, and met by the network as the newest plan says. */
static void what_runs_is_of_both_plans(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct sketch one = sketch_plan(before, false);
	struct sketch other = sketch_plan(DB ", environment: {A: b}, stop: {signal: INT}" WEB
					     "db:5432, db:53/udp]}\n",
		false);
	const struct plan_service *launched = plan_service(one.plan, "db");
	const struct plan_service *newest = plan_service(other.plan, "db");
	const struct plan_service *running = plan_service_running(launched, newest, arena);

	(void)state;
	assert_int_equal(running->environment_count, launched->environment_count);
	assert_true(plan_same_life(running, newest));
	assert_string_equal(running->address4, newest->address4);
	assert_true(plan_same_confinement(running, launched));
	assert_false(plan_same_confinement(running, newest));
	sketch_free(&one);
	sketch_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_is_said),
		cmocka_unit_test(a_budget_keeps_its_number),
		cmocka_unit_test(what_runs_is_of_both_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
