/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/own.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/call.h"
#include "enforce/seccomp.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;

	return one->number < other->number ? -1 : one->number > other->number;
}

static void add_call(
	struct arena *arena, struct plan_service *service, const struct enforce_own_call *allowed)
{
	const struct catalog_call *known = catalog_call(allowed->name);
	int number = known ? known->number[catalog_native_arch()] : -1;

	if (number < 0)
		return;
	struct plan_call *call =
		arena_append(arena, &service->calls, &service->call_count, sizeof(*call));
	*call = (struct plan_call){.name = allowed->name,
		.number = (uint32_t)number,
		.action = PLAN_ALLOW,
		.where = service->where};
	for (size_t i = 0; i < allowed->count; i++) {
		struct plan_condition *condition = arena_append(
			arena, &call->conditions, &call->condition_count, sizeof(*condition));

		*condition = (struct plan_condition){.argument = allowed->checks[i].argument,
			.mask = UINT32_MAX,
			.value = allowed->checks[i].value};
	}
}

const struct plan_service *enforce_own_service(const struct enforce_own *own, struct arena *arena)
{
	struct plan_service *service = arena_alloc(arena, sizeof(*service));

	service->name = own->name;
	service->where = own->where;
	for (size_t i = 0; i < own->call_count; i++)
		add_call(arena, service, &own->calls[i]);
	qsort(service->calls, service->call_count, sizeof(*service->calls), by_number);
	return service;
}

int enforce_own_filter(const struct enforce_own *own, unsigned refusal, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_filter filter = {0};
	int error =
		plan_seccomp(enforce_own_service(own, arena), NULL, refusal, arena, &filter, why);

	if (error < 0)
		return error;
	error = enforce_filter(&filter);
	return error < 0 ? fault(why, error, own->where, "%s: cannot install its filter", own->name)
			 : 0;
}
