/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/seccomp_part.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "plan/service.h"

static uint32_t offset_of(unsigned argument)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + (size_t)argument * 8);
}

static uint32_t low(unsigned argument)
{
	uint32_t offset = offset_of(argument);

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? offset : offset + 4;
}

static uint32_t high(unsigned argument)
{
	uint32_t offset = offset_of(argument);

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? offset + 4 : offset;
}

static size_t compare_half(struct plan_emitter *emitter, uint32_t offset, uint32_t mask,
	uint32_t value, size_t equal, size_t unequal)
{
	size_t position = plan_emit_branch(emitter, BPF_JEQ, value, equal, unequal);

	if (mask != UINT32_MAX)
		position = plan_emit_and(emitter, mask, position);
	return plan_emit_load(emitter, offset, position);
}

static size_t compare(struct plan_emitter *emitter, const struct plan_condition *condition,
	size_t holds, size_t fails)
{
	size_t equal = condition->differs ? fails : holds;
	size_t unequal = condition->differs ? holds : fails;
	size_t position = compare_half(emitter, low(condition->argument), (uint32_t)condition->mask,
		(uint32_t)condition->value, equal, unequal);

	if (condition->wide)
		position = compare_half(emitter, high(condition->argument),
			(uint32_t)(condition->mask >> 32), (uint32_t)(condition->value >> 32),
			position, unequal);
	return position;
}

/* The only exec of most services: from the current folder, flags 0, and all three pointers the
 * secret ones.  One pointer alone could be guessed, since a hit shows as EFAULT. */
static size_t compare_launch(struct plan_emitter *emitter,
	const struct plan_launch_addresses *launch, size_t holds, size_t fails)
{
	const struct plan_condition conditions[] = {
		{.argument = 4, .mask = UINT32_MAX, .value = 0},
		{.argument = 0, .mask = UINT32_MAX, .value = (uint32_t)AT_FDCWD},
		{.argument = 3, .wide = true, .mask = UINT64_MAX, .value = launch->environment},
		{.argument = 2, .wide = true, .mask = UINT64_MAX, .value = launch->arguments},
		{.argument = 1, .wide = true, .mask = UINT64_MAX, .value = launch->path},
	};

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		holds = compare(emitter, &conditions[i], holds, fails);
	return holds;
}

size_t plan_emit_rule(struct plan_emitter *emitter, const struct plan_call *rule,
	const struct plan_launch_addresses *launch, size_t holds, size_t fails)
{
	if (rule->launch_only)
		holds = compare_launch(emitter, launch, holds, fails);
	for (size_t i = rule->condition_count; i-- > 0;)
		holds = compare(emitter, &rule->conditions[i], holds, fails);
	return holds;
}
