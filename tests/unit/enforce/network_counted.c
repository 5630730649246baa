/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lines that lead outside count, in the table of who has them: as text, of one whose connections
 * are not followed, and of one with names. */

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "enforce/nft_difference.h"
#include "plan/plan.h"
#include "system/network_stack.h"

static struct plan_outside ranges[] = {
	{.from = "api", .range = "192.0.2.0/24", .first = 443, .last = 443},
	{.from = "api", .range = "2001:db8::9", .first = 8000, .last = 8009},
};
static struct plan_outside names[] = {
	{.from = "api", .name = "api.example.com", .first = 443, .last = 443},
	{.from = "api", .name = "*.example.com", .first = 443, .last = 443, .budget = 1},
	{.from = "api", .range = "192.0.2.0/24", .first = 443, .last = 443},
};
static struct plan_budget budgets[] = {
	{.from = "api", .number = 7, .bytes = 7200, .byte_seconds = 3600}};

static void compare_with(const char *golden, const char *text)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *path =
		arena_printf(arena, "%s/tests/golden/%s", getenv("BULKHEAD_SOURCE"), golden);
	const char *expected = "";

	assert_non_null(text);
	assert_true(descriptor_read(AT_FDCWD, path, 1 << 20, arena, &expected) > 0);
	assert_string_equal(text, expected);
}

static struct plan with(struct plan_outside *outsides, size_t count)
{
	struct plan plan = network_plan;

	plan.outsides = outsides;
	plan.outside_count = count;
	plan.budgets = budgets;
	plan.budget_count = 1;
	return plan;
}

static void ranges_count_each_packet(void **state)
{
	const struct plan plan = with(ranges, 2);
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);
	scoped(memory) char *web = enforce_network_rules_service(&plan, &plan.services[WEB]);

	(void)state;
	compare_with("network-api-ranges.nft", api);
	assert_null(strstr(web, "outside"));
}

/* An address of a name is gone before its connection is: that is known by its mark. */
static void names_count_by_their_connections(void **state)
{
	const struct plan plan = with(names, 3);
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);

	(void)state;
	compare_with("network-api-names.nft", api);
}

/* Where two lines lead to the same, the one that says how much has the connection. */
static void a_budget_has_the_connection(void **state)
{
	const struct plan plan = with(names, 3);
	scoped(arena) struct arena *arena = arena_new();
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	const uint32_t free_one = enforce_rules_outside_number(&plan, &names[0]);
	const uint32_t limited = enforce_rules_outside_number(&plan, &names[1]);
	const char *first = strstr(api, arena_printf(arena, "ct mark set %" PRIu32 " ", limited));

	(void)state;
	assert_non_null(first);
	assert_non_null(strstr(first, arena_printf(arena, "ct mark set %" PRIu32 " ", free_one)));
	assert_non_null(
		strstr(api, arena_printf(arena, "ct mark %" PRIu32 " jump came7\n", limited)));
	assert_non_null(
		strstr(api, arena_printf(arena, "ct mark %" PRIu32 " jump went7\n", limited)));
	/* The router knows it by the same number. */
	assert_non_null(
		strstr(between, arena_printf(arena, "ct mark set %" PRIu32 " accept\n", limited)));
}

/* A counter keeps its name, and with it what it has counted, when other lines come and go. */
static void a_line_keeps_its_number(void **state)
{
	struct plan_outside many[3] = {names[1], ranges[0], names[0]};
	const struct plan all = with(many, 3);
	const struct plan one = with(&many[2], 1);
	const uint32_t number = enforce_rules_outside_number(&all, &many[2]);

	(void)state;
	assert_int_equal(number, enforce_rules_outside_number(&one, &many[2]));
	assert_int_not_equal(number, 0);
	assert_int_not_equal(number, enforce_rules_outside_number(&all, &many[0]));
	/* Were two of a service the same, they would still be two. */
	many[0] = many[2];
	assert_int_not_equal(enforce_rules_outside_number(&all, &many[0]),
		enforce_rules_outside_number(&all, &many[2]));
}

/* What a reload adds and takes away is the line's own. */
static void a_reload_leaves_what_others_have_counted(void **state)
{
	const struct plan before = with(names, 2), after = with(&names[1], 2);
	scoped(arena) struct arena *arena = arena_new();
	scoped(memory) char *old = enforce_network_rules_service(&before, &before.services[API]);
	scoped(memory) char *new = enforce_network_rules_service(&after, &after.services[API]);
	const char *change = enforce_nft_difference(old, new, arena);
	const uint32_t numbers[] = {enforce_rules_outside_number(&before, &names[0]),
		enforce_rules_outside_number(&before, &names[1]),
		enforce_rules_outside_number(&after, &names[2])};

	(void)state;
	assert_non_null(change);
	assert_non_null(strstr(change,
		arena_printf(arena, "delete counter inet bulkhead outside%" PRIu32 "_sent\n",
			numbers[0])));
	assert_non_null(strstr(
		change, arena_printf(arena, "\ncounter outside%" PRIu32 "_sent {\n", numbers[2])));
	assert_null(strstr(change, arena_printf(arena, "bulkhead outside%" PRIu32, numbers[1])));
	assert_null(strstr(change, arena_printf(arena, "\ncounter outside%" PRIu32, numbers[1])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_count_each_packet),
		cmocka_unit_test(names_count_by_their_connections),
		cmocka_unit_test(a_budget_has_the_connection),
		cmocka_unit_test(a_line_keeps_its_number),
		cmocka_unit_test(a_reload_leaves_what_others_have_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
