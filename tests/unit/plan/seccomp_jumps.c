/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Programs whose jumps have every length around what a conditional jump reaches, and rules that
 * differ in one thing alone. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "seccomp.h"

enum { MOST_CALLS = 512, MOST_CONDITIONS = 150 };

struct sample {
	struct plan_service service;
	struct plan_filter filter;
};

static void compile(
	struct sample *sample, struct plan_call *calls, size_t count, struct arena *arena)
{
	sample->service =
		(struct plan_service){.name = "test", .calls = calls, .call_count = count};
	assert_int_equal(
		plan_seccomp(&sample->service, NULL, REFUSAL, arena, &sample->filter, NULL), 0);
}

static void compare(const struct sample *sample, uint32_t number, const uint64_t arguments[6])
{
	uint32_t arch = catalog_audit_arch(catalog_native_arch());

	assert_int_equal(plan_simulate(&sample->filter, arch, number, arguments),
		plan_expect(&sample->service, NULL, REFUSAL, arch, number, arguments));
}

/* Segment after segment, the search tree grows past what one jump reaches. */
static void a_search_of_any_size_finds_its_segment(void **state)
{
	static struct plan_call calls[MOST_CALLS];

	(void)state;
	for (size_t count = 1; count * 2 < catalog_newest(catalog_native_arch()); count++) {
		scoped(arena) struct arena *arena = arena_new();
		struct sample sample;

		calls[count - 1] =
			(struct plan_call){.name = "x", .number = (uint32_t)(count - 1) * 2};
		compile(&sample, calls, count, arena);
		for (uint32_t number = 0; number < MOST_CALLS; number++)
			compare(&sample, number, (const uint64_t[6]){0});
	}
}

/* The first ones are compared whole (two instructions), the others bit by bit (three), so that
 * every distance comes up; all hold for arguments of zero. */
static struct plan_condition condition_of(size_t index, size_t whole, bool wide)
{
	if (index < whole)
		return (struct plan_condition){.argument = (uint32_t)index % 6,
			.differs = true,
			.wide = wide,
			.mask = UINT64_MAX,
			.value = 0x80000001};
	return (struct plan_condition){.argument = (uint32_t)index % 6,
		.differs = index % 2,
		.wide = wide,
		.mask = UINT64_C(1) << index / 6,
		.value = index % 2 ? UINT64_C(1) << index / 6 : 0};
}

/* Rules about three calls, and one rule so long that jumps to those and past itself are far. */
static void compile_long(
	struct sample *sample, size_t count, size_t whole, bool wide, struct arena *arena)
{
	struct plan_condition *conditions = arena_alloc(arena, (count + 5) * sizeof(*conditions));
	struct plan_call *calls = arena_alloc(arena, 5 * sizeof(*calls));

	for (size_t i = 0; i < count; i++)
		conditions[i] = condition_of(i, whole, wide);
	for (size_t i = 0; i < 5; i++) {
		conditions[count + i] =
			(struct plan_condition){.argument = 5, .mask = 0xff, .value = 7 + i};
		calls[i] = (struct plan_call){.name = "x",
			.number = i < 3 ? (uint32_t)i : 3,
			.conditions = &conditions[i == 3 ? 0 : count + i],
			.condition_count = i == 3 ? count : 1};
	}
	compile(sample, calls, 5, arena);
}

static void compare_long(const struct sample *sample)
{
	const struct plan_call *rule = &sample->service.calls[3];

	for (uint32_t number = 0; number < 5; number++)
		for (uint64_t last = 6; last < 13; last++)
			compare(sample, number, (const uint64_t[6]){[5] = last});
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct plan_condition *condition = &rule->conditions[i];
		uint64_t arguments[6] = {0};

		arguments[condition->argument] =
			condition->differs ? condition->value : condition->mask;
		compare(sample, 3, arguments);
	}
}

static void jumps_of_any_length_arrive(void **state)
{
	(void)state;
	for (unsigned wide = 0; wide < 2; wide++)
		for (size_t whole = 0; whole < 3; whole++)
			for (size_t count = 20; count <= MOST_CONDITIONS; count++) {
				scoped(arena) struct arena *arena = arena_new();
				struct sample sample;

				compile_long(&sample, count, whole, wide, arena);
				compare_long(&sample);
			}
}

/* Where no launch is to come, its rule allows nothing, and others of its call still do. */
static void without_a_launch_its_rule_is_none(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	uint32_t execveat = (uint32_t)catalog_call("execveat")->number[catalog_native_arch()];
	struct plan_condition condition = {.argument = 4, .mask = UINT32_MAX, .value = 0x100};
	struct plan_call calls[] = {{.name = "execveat", .number = execveat, .launch_only = true},
		{.name = "execveat",
			.number = execveat,
			.conditions = &condition,
			.condition_count = 1}};
	struct sample sample;

	(void)state;
	compile(&sample, calls, 2, arena);
	compare_with_oracle(&sample.service, NULL, &sample.filter);
}

/* Rules that are alike but for one thing: neither stands for the other. */
static void rules_that_differ_in_one_thing_are_two_rules(void **state)
{
	static const struct plan_condition base = {.argument = 1, .mask = 0xff, .value = 5};
	struct plan_condition others[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		others[i] = base;
	others[0].argument = 2;
	others[1].wide = true;
	others[1].mask = 0xff000000ff;
	others[2].differs = true;
	others[3].mask = 0x0f;
	others[4].value = 6;
	for (size_t i = 0; i < 10; i++) {
		scoped(arena) struct arena *arena = arena_new();
		struct plan_condition pair[2] = {base, others[i / 2]};
		struct plan_call calls[2] = {{.name = "x", .number = 1, .condition_count = 1},
			{.name = "x", .number = 1, .condition_count = 1}};
		struct sample sample;

		/* Only `wide` may differ too: its narrow twin has the same mask and value. */
		if (i / 2 == 1)
			pair[0].mask = others[1].mask;
		calls[0].conditions = &pair[i % 2];
		calls[1].conditions = &pair[1 - i % 2];
		compile(&sample, calls, 2, arena);
		compare_with_oracle(&sample.service, NULL, &sample.filter);
	}
}

/* What one line allows whatever the arguments stays in the kernel's bitmap of constant allows. */
static void a_plain_allow_looks_at_no_argument_though_others_ask_less(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_condition condition = {.argument = 0, .mask = UINT64_MAX, .value = 5};
	struct plan_call calls[] = {
		{.name = "x", .number = 1, .conditions = &condition, .condition_count = 1},
		{.name = "x", .number = 1}};
	struct sample sample;

	(void)state;
	compile(&sample, calls, 2, arena);
	compare_with_oracle(&sample.service, NULL, &sample.filter);
	for (size_t i = 0; i < sample.filter.count; i++)
		if (sample.filter.instructions[i].code == (BPF_LD | BPF_W | BPF_ABS))
			assert_true(sample.filter.instructions[i].k <
				    offsetof(struct seccomp_data, instruction_pointer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_of_any_size_finds_its_segment),
		cmocka_unit_test(jumps_of_any_length_arrive),
		cmocka_unit_test(without_a_launch_its_rule_is_none),
		cmocka_unit_test(rules_that_differ_in_one_thing_are_two_rules),
		cmocka_unit_test(a_plain_allow_looks_at_no_argument_though_others_ask_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
