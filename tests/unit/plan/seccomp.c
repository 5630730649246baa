/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "seccomp.h"

static const struct plan_launch_addresses launch = {.path = 0x00005a5b12345679,
	.arguments = 0x00003fffdeadb003,
	.environment = 0x000011117fff8005};

static const struct plan_service *from_calls(
	struct arena *arena, const struct plan_call *calls, size_t count)
{
	struct plan_service *service = arena_alloc(arena, sizeof(*service));

	service->name = "test";
	service->call_count = count;
	service->calls = arena_alloc(arena, (count + 1) * sizeof(*calls));
	if (count > 0)
		memcpy(service->calls, calls, count * sizeof(*calls));
	return service;
}

static const struct plan_filter *compile(const struct plan_service *service,
	const struct plan_launch_addresses *addresses, struct arena *arena)
{
	struct plan_filter *filter = arena_alloc(arena, sizeof(*filter));
	struct fault why = {0};

	assert_int_equal(plan_seccomp(service, addresses, REFUSAL, arena, filter, &why), 0);
	assert_true(filter->count <= BPF_MAXINSNS);
	return filter;
}

static void compare_both_ways(const struct plan_service *service, struct arena *arena)
{
	assert_true(
		compare_with_oracle(service, &launch, compile(service, &launch, arena)) > 20000);
	compare_with_oracle(service, NULL, compile(service, NULL, arena));
}

static void an_empty_plan_refuses_everything(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan_service *service = from_calls(arena, NULL, 0);

	(void)state;
	compare_both_ways(service, arena);
	assert_true(plan_refused_count(service) > 350);
}

/* Every number allowed, every second, every third …: the search has to find each border. */
static void ranges_of_every_shape_answer_as_planned(void **state)
{
	(void)state;
	for (uint32_t step = 1; step < 20; step++) {
		struct arena *arena = arena_new();
		struct plan_call calls[512];
		size_t count = 0;

		for (uint32_t number = 0; number <= catalog_newest(catalog_native_arch());
			number += step)
			calls[count++] = (struct plan_call){.name = "x", .number = number};
		compare_both_ways(from_calls(arena, calls, count), arena);
		arena_free(arena);
	}
}

/* More checks than a conditional jump can pass over, wide and narrow, equal and not. */
static void long_checks_are_jumped_over(void **state)
{
	struct arena *arena = arena_new();
	struct plan_condition conditions[60][2];
	struct plan_call calls[4 * 60];
	size_t count = 0;

	(void)state;
	for (uint32_t number = 0; number < 4; number++)
		for (uint32_t i = 0; i < 15; i++) {
			struct plan_condition *pair = conditions[number * 15 + i];

			pair[0] = (struct plan_condition){.argument = 0,
				.wide = i % 2,
				.mask = UINT64_MAX,
				.value = 0x100000001 * (i + 1)};
			pair[1] = (struct plan_condition){.argument = 1,
				.wide = i % 3 == 0,
				.differs = i % 5 == 0,
				.mask = 0xff000000ff,
				.value = 0x500000000 + i};
			calls[count++] = (struct plan_call){.name = "x",
				.number = number * 7,
				.conditions = pair,
				.condition_count = 2};
		}
	compare_both_ways(from_calls(arena, calls, count), arena);
	arena_free(arena);
}

static void plans_from_elsewhere_are_judged_before_they_are_compiled(void **state)
{
	struct plan_condition seventh = {.argument = 6};
	const struct {
		struct plan_call calls[2];
		size_t count;
	} bad[] = {
		{{{.name = "a", .number = 5}, {.name = "b", .number = 4}}, 2},
		{{{.name = "a", .number = 4711}}, 1},
		{{{.name = "a", .number = 5, .conditions = &seventh, .condition_count = 1}}, 1},
		{{{.name = "a", .number = 5, .action = PLAN_REFUSE}, {.name = "a", .number = 5}},
			2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena *arena = arena_new();
		struct plan_filter filter;
		struct fault why = {0};

		assert_int_equal(plan_seccomp(from_calls(arena, bad[i].calls, bad[i].count), NULL,
					 EPERM, arena, &filter, &why),
			-EINVAL);
		assert_non_null(strstr(why.text, "cannot filter"));
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_plan_refuses_everything),
		cmocka_unit_test(ranges_of_every_shape_answer_as_planned),
		cmocka_unit_test(long_checks_are_jumped_over),
		cmocka_unit_test(plans_from_elsewhere_are_judged_before_they_are_compiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
