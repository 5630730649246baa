/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "plan/planner.h"

/*
 * A service with instances is several services of the plan, one beside the
 * other: each is confined, linked and named by itself.
 */

uint32_t plan_instances(const struct policy_service *service)
{
	return service->life.instances.where.file ? (uint32_t)service->life.instances.value : 0;
}

const char *plan_instance_name(struct arena *arena, const char *name, uint32_t instance)
{
	return instance ? arena_printf(arena, "%s.%" PRIu32, name, instance) : name;
}

static void add_service(
	struct planner *planner, const struct policy_service *from, uint32_t instance)
{
	struct plan *plan = planner->plan;
	struct plan_service *service = &plan->services[plan->service_count++];

	service->name = plan_instance_name(planner->arena, from->name, instance);
	service->base = from->name;
	service->instance = instance;
	service->role = from->role.text;
	service->where = from->where;
	planner->from[plan->service_count - 1] = from;
}

void plan_services(struct planner *planner)
{
	const struct policy *policy = planner->policy;
	struct plan *plan = planner->plan;
	size_t count = 0;

	for (size_t i = 0; i < policy->service_count; i++)
		count += plan_instances(&policy->services[i]) + 1;
	planner->from = arena_alloc(planner->arena, (count + 1) * sizeof(const void *));
	plan->services = arena_alloc(planner->arena, (count + 1) * sizeof(*plan->services));
	for (size_t i = 0; i < policy->service_count; i++) {
		const struct policy_service *from = &policy->services[i];
		uint32_t instances = plan_instances(from);

		for (uint32_t j = instances ? 1 : 0; j <= instances; j++)
			add_service(planner, from, j);
	}
	/* Now that they move no more. */
	for (size_t i = plan->service_count; i-- > 0;) {
		struct plan_service *service = &plan->services[i];

		*map_slot(planner->first, service->base, strlen(service->base)) = service;
	}
}

void plan_turn_to(struct planner *planner, const struct plan_service *service)
{
	planner->report = service->instance > 1 ? planner->unheard : planner->heard;
}

struct plan_service *plan_services_of(
	const struct planner *planner, const char *name, size_t *count)
{
	struct plan_service *first = map_find(planner->first, name, strlen(name));

	*count = 0;
	while (first && first + *count < planner->plan->services + planner->plan->service_count &&
		first[*count].base == first->base)
		(*count)++;
	return first;
}
