/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/calls_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "plan/plan.h"

static int compare_text(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "");
}

static int compare_where(const struct where *left, const struct where *right)
{
	int files = compare_text(left->file, right->file);

	if (files)
		return files;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->column > right->column) - (left->column < right->column);
}

static int compare_conditions(const struct plan_call *one, const struct plan_call *other)
{
	for (size_t i = 0; i < one->condition_count && i < other->condition_count; i++) {
		const struct plan_condition *a = &one->conditions[i], *b = &other->conditions[i];

		if (a->argument != b->argument)
			return a->argument < b->argument ? -1 : 1;
		if (a->mask != b->mask)
			return a->mask < b->mask ? -1 : 1;
		if (a->value != b->value)
			return a->value < b->value ? -1 : 1;
		if (a->differs != b->differs)
			return b->differs ? -1 : 1;
	}
	return (one->condition_count > other->condition_count) -
	       (one->condition_count < other->condition_count);
}

static int compare_numbers(const struct plan_call *one, const struct plan_call *other)
{
	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	if (one->launch_only != other->launch_only)
		return one->launch_only ? -1 : 1;
	return 0;
}

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;
	int numbers = compare_numbers(one, other);

	if (numbers)
		return numbers;
	int places = compare_where(&one->where, &other->where);
	return places ? places : compare_conditions(one, other);
}

/* The same right from the same line, as when two groups of one list share a call. */
void plan_calls_order(struct plan_service *service)
{
	size_t kept = 0;

	if (service->call_count > 1)
		qsort(service->calls, service->call_count, sizeof(service->calls[0]), by_number);
	for (size_t i = 0; i < service->call_count; i++)
		if (i == 0 || by_number(&service->calls[i], &service->calls[kept - 1]) != 0)
			service->calls[kept++] = service->calls[i];
	service->call_count = kept;
}

static int by_conditions(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;
	int numbers = compare_numbers(one, other);

	return numbers ? numbers : compare_conditions(one, other);
}

void plan_calls_distinct(struct plan_service *service, struct arena *arena)
{
	struct plan_call *calls = arena_alloc(arena, (service->call_count + 1) * sizeof(*calls));
	size_t kept = 0;

	if (service->call_count)
		memcpy(calls, service->calls, service->call_count * sizeof(*calls));
	qsort(calls, service->call_count, sizeof(*calls), by_conditions);
	for (size_t i = 0; i < service->call_count; i++) {
		const struct plan_call *last = kept ? &calls[kept - 1] : NULL;

		/* What is allowed whatever its arguments are stands first of its call. */
		if (last && (by_conditions(&calls[i], last) == 0 ||
				    (compare_numbers(&calls[i], last) == 0 &&
					    last->condition_count == 0)))
			continue;
		calls[kept++] = calls[i];
	}
	service->calls = calls;
	service->call_count = kept;
}
