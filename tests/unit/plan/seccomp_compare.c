/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/audit.h>
#include <string.h>

#include "plan/plan.h"
#include "plan/seccomp.h"
#include "seccomp.h"

enum { CLASSES = 128, FEW_BITS = 8 };

struct comparison {
	const struct plan_service *service;
	const struct plan_launch_addresses *launch;
	const struct plan_filter *filter;
	size_t count;
};

static void compare(
	struct comparison *comparison, uint32_t arch, uint32_t number, const uint64_t arguments[6])
{
	uint32_t expected = plan_expect(
		comparison->service, comparison->launch, REFUSAL, arch, number, arguments);
	uint32_t got = plan_simulate(comparison->filter, arch, number, arguments);

	if (expected != got)
		print_error("arch %x call %u (%llx, %llx, %llx, %llx, %llx): %x, not %x\n", arch,
			number, (unsigned long long)arguments[0], (unsigned long long)arguments[1],
			(unsigned long long)arguments[2], (unsigned long long)arguments[3],
			(unsigned long long)arguments[4], got, expected);
	assert_int_equal(expected, got);
	comparison->count++;
}

struct classes {
	uint64_t values[CLASSES];
	size_t count;
};

static void add_class(struct classes *classes, uint64_t value)
{
	for (size_t i = 0; i < classes->count; i++)
		if (classes->values[i] == value)
			return;
	assert_true(classes->count < CLASSES);
	classes->values[classes->count++] = value;
}

/* A value, its neighbours, and the same with each half spoiled. */
static void add_around(struct classes *classes, uint64_t value)
{
	static const uint64_t junk[] = {0, UINT64_C(1) << 32, UINT64_C(0xdeadbeef) << 32};

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		add_class(classes, value ^ junk[i]);
		add_class(classes, (value + 1) ^ junk[i]);
		add_class(classes, (value - 1) ^ junk[i]);
	}
}

/* Each bit of a mask alone, where they are few: set-id bits, namespaces. */
static void add_bits(struct classes *classes, const struct plan_condition *condition)
{
	if (__builtin_popcountll(condition->mask) > FEW_BITS)
		return;
	for (uint64_t rest = condition->mask; rest; rest &= rest - 1)
		add_class(classes, condition->value ^ (rest & -rest));
}

static void find_in(const struct plan_call *rules, size_t count, uint32_t number, unsigned argument,
	struct classes *found)
{
	for (size_t i = 0; i < count; i++) {
		const struct plan_call *rule = &rules[i];

		if (rule->number != number)
			continue;
		for (size_t j = 0; j < rule->condition_count; j++) {
			const struct plan_condition *condition = &rule->conditions[j];

			if (condition->argument != argument)
				continue;
			add_around(found, condition->value);
			add_class(found, condition->value | ~condition->mask);
			add_class(found, condition->value ^ (condition->mask & -condition->mask));
			add_bits(found, condition);
		}
	}
}

/* Classes of one argument of call @number: around all values and bits that rules compare. */
static void find_classes(const struct comparison *comparison, uint32_t number, unsigned argument,
	struct classes *found)
{
	const struct plan_service *service = comparison->service;

	found->count = 0;
	find_in(service->calls, service->call_count, number, argument, found);
	find_in(service->kept, service->kept_count, number, argument, found);
	add_class(found, 0);
	add_class(found, UINT64_MAX);
}

static void compare_classes(struct comparison *comparison, uint32_t number)
{
	struct classes classes[4];
	uint32_t arch = catalog_audit_arch(catalog_native_arch());

	for (unsigned argument = 0; argument < 4; argument++)
		find_classes(comparison, number, argument, &classes[argument]);
	for (size_t a = 0; a < classes[0].count; a++)
		for (size_t b = 0; b < classes[1].count; b++)
			for (size_t c = 0; c < classes[2].count; c++)
				for (size_t d = 0; d < classes[3].count; d++)
					compare(comparison, arch, number,
						(const uint64_t[6]){classes[0].values[a],
							classes[1].values[b], classes[2].values[c],
							classes[3].values[d], 0, UINT64_MAX});
}

/* The launch's own exec, with each byte of each argument changed in turn. */
static void compare_launch(struct comparison *comparison)
{
	uint32_t number = (uint32_t)catalog_call("execveat")->number[catalog_native_arch()];
	uint32_t arch = catalog_audit_arch(catalog_native_arch());
	const uint64_t right[6] = {(uint32_t)-100, comparison->launch->path,
		comparison->launch->arguments, comparison->launch->environment, 0, 0};

	compare(comparison, arch, number, right);
	for (unsigned argument = 0; argument < 6; argument++)
		for (unsigned bit = 0; bit < 64; bit++) {
			uint64_t wrong[6];

			memcpy(wrong, right, sizeof(wrong));
			wrong[argument] ^= UINT64_C(1) << bit;
			compare(comparison, arch, number, wrong);
		}
}

size_t compare_with_oracle(const struct plan_service *service,
	const struct plan_launch_addresses *launch, const struct plan_filter *filter)
{
	static const uint32_t arches[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
		AUDIT_ARCH_ARM, AUDIT_ARCH_RISCV64, 0, UINT32_MAX};
	static const uint32_t high[] = {0x3fffffff, 0x40000000, 0x40000001, 0x400001ff, 0x40000200,
		0x7fffffff, 0x80000000, 0xc0000000, 0xfffffffe, 0xffffffff};
	static const uint64_t none[6] = {0};
	struct comparison comparison = {service, launch, filter, 0};

	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++) {
		for (uint32_t number = 0; number < 1024; number++) {
			compare(&comparison, arches[i], number, none);
			compare(&comparison, arches[i], number | 0x40000000, none);
			compare(&comparison, arches[i], -number, none);
		}
		for (size_t j = 0; j < sizeof(high) / sizeof(high[0]); j++)
			compare(&comparison, arches[i], high[j], none);
	}
	for (uint32_t number = 0; number < 1024; number++)
		compare_classes(&comparison, number);
	if (launch)
		compare_launch(&comparison);
	return comparison.count;
}
