/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/plan.h"

static void what_an_older_plan_did_not_say_is_as_it_was(void **state)
{
	static const char text[] = "{\"version\": 1, \"stack\": \"s\", \"arch\": \"x86-64\","
				   " \"network\": {\"prefix4\": \"198.18.4.0/24\"},"
				   " \"services\": [{\"name\": \"a\", \"program\": \"/p\","
				   " \"workdir\": \"/\", \"rlimits\":"
				   " [{\"resource\": 7, \"name\": \"nofile\", \"value\": 64}]}]}";
	scoped(arena) struct arena *arena = arena_new();
	struct plan *plan;

	(void)state;
	/* For a plan of this version that is not enough. */
	assert_true(plan_read("plan", text, strlen(text), arena, &plan, NULL) < 0);
	assert_int_equal(plan_read_older("plan", text, strlen(text), arena, &plan, NULL), 0);
	assert_int_equal(plan->version, PLAN_VERSION);
	assert_string_equal(plan->network.host4, "198.18.4.254");
	assert_string_equal(plan->services[0].base, "a");
	assert_int_equal(plan->services[0].life.stop_signal, SIGTERM);
	assert_int_equal(plan->services[0].life.stop_seconds, 10);
	assert_int_equal(plan->services[0].rlimits[0].soft, 64);
	assert_int_equal(plan->services[0].life.restart, PLAN_RESTART_ALWAYS);
}

static void a_newer_plan_is_not_read(void **state)
{
	static const char text[] = "{\"version\": 99, \"stack\": \"s\", \"arch\": \"x86-64\"}";
	scoped(arena) struct arena *arena = arena_new();
	struct plan *plan;

	(void)state;
	assert_true(plan_read_older("plan", text, strlen(text), arena, &plan, NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_older_plan_did_not_say_is_as_it_was),
		cmocka_unit_test(a_newer_plan_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
