/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/calls_order.h"

#include <stdlib.h>
#include <string.h>

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

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;

	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	if (one->launch_only != other->launch_only)
		return one->launch_only ? -1 : 1;
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
