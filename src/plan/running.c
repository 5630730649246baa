/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"

/* Those are laid down by a launch: they are about the disks that the view is on. */
bool plan_limit_of_disks(const struct plan_cgroup_limit *limit)
{
	return text_equal(limit->file, "io.max");
}

static void take_limits(
	struct plan_service *seen, const struct plan_service *from, bool disks, struct arena *arena)
{
	for (size_t i = 0; i < from->cgroup_limit_count; i++)
		if (plan_limit_of_disks(&from->cgroup_limits[i]) == disks)
			*(struct plan_cgroup_limit *)arena_append(arena, &seen->cgroup_limits,
				&seen->cgroup_limit_count, sizeof(*seen->cgroup_limits)) =
				from->cgroup_limits[i];
}

const struct plan_service *plan_service_running(
	const struct plan_service *launched, const struct plan_service *newest, struct arena *arena)
{
	struct plan_service *seen = arena_alloc(arena, sizeof(*seen));

	*seen = *launched;
	seen->life = newest->life;
	seen->linked = newest->linked;
	seen->default_route = newest->default_route;
	seen->link = newest->link;
	seen->address4 = newest->address4;
	seen->address6 = newest->address6;
	seen->cgroup_limits = NULL;
	seen->cgroup_limit_count = 0;
	take_limits(seen, launched, true, arena);
	take_limits(seen, newest, false, arena);
	return seen;
}

static bool reaches(const struct plan_service *service, uint32_t port)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_TCP &&
			port >= service->listens[i].first && port <= service->listens[i].last)
			return true;
	return service->life.ready.port == port || service->life.healthy.port == port;
}

static bool any_reaches(const struct plan *plan, uint32_t port)
{
	for (size_t i = 0; port && i < plan->service_count; i++)
		if (reaches(&plan->services[i], port))
			return true;
	return port == 0;
}

const struct plan_service *plan_asks_beyond(const struct plan *plan, const struct plan *held)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_life *life = &plan->services[i].life;

		if (!any_reaches(held, life->ready.port) || !any_reaches(held, life->healthy.port))
			return &plan->services[i];
	}
	return NULL;
}
