/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/calls_order.h"
#include "plan/plan.h"
#include "plan/record.h"

/* The port at which the router is let in, however it asks there. */
static struct plan_probe asked_at(const struct plan_probe *probe)
{
	if (probe->kind == PLAN_PROBE_PORT || probe->kind == PLAN_PROBE_HTTP)
		return (struct plan_probe){.kind = PLAN_PROBE_PORT, .port = probe->port};
	return (struct plan_probe){.kind = PLAN_PROBE_NONE};
}

/* What other services, the router and the gateway have of it as well. */
static void keep_network(struct plan_service *service, struct plan_audit *room)
{
	const struct plan_service from = *service;
	const struct plan_audit *audit = plan_audit(service, LAYER_NETWORK);

	if (audit)
		*room = *audit;
	*service = (struct plan_service){
		.name = from.name,
		.base = from.base,
		.instance = from.instance,
		.listens = from.listens,
		.listen_count = from.listen_count,
		.linked = from.linked,
		.default_route = from.default_route,
		.link = from.link,
		.address4 = from.address4,
		.address6 = from.address6,
		.life = {.ready = asked_at(&from.life.ready),
			.healthy = asked_at(&from.life.healthy)},
		.audits = room,
		.audit_count = audit ? 1 : 0,
	};
}

bool plan_same_network(const struct plan *left, const struct plan *right)
{
	struct plan one = *left, other = *right;

	if (left->service_count != right->service_count)
		return false;
	for (size_t i = 0; i < left->service_count; i++) {
		struct plan_service service = left->services[i], peer = right->services[i];
		struct plan_audit audit, peers;

		keep_network(&service, &audit);
		keep_network(&peer, &peers);
		if (!record_same(&plan_service_record, &service, &peer))
			return false;
	}
	one.service_count = other.service_count = 0;
	one.gap_count = other.gap_count = 0;
	/* A program that is newer gives ids to more of its own processes. */
	one.network.supervisor_id = other.network.supervisor_id = 0;
	/* Another place has other name servers: the next resolver asks them. */
	one.upstream_count = other.upstream_count = 0;
	one.version = other.version = PLAN_VERSION;
	return record_same(&plan_record, &one, &other);
}

bool plan_same_life(const struct plan_service *left, const struct plan_service *right)
{
	return record_same(&plan_life_record, &left->life, &right->life);
}

/* Of the limits of a cgroup that of disks is laid down by a launch: it is about the disks that the
 * view is on. */
static void keep_disks(struct plan_service *service, struct plan_cgroup_limit *room)
{
	size_t count = service->cgroup_limit_count;

	service->cgroup_limit_count = 0;
	for (size_t i = 0; i < count && service->cgroup_limit_count == 0; i++)
		if (text_equal(service->cgroup_limits[i].file, "io.max")) {
			*room = service->cgroup_limits[i];
			service->cgroup_limit_count = 1;
		}
	service->cgroup_limits = room;
}

/* Links and routes change while it runs. */
static void forget_network(struct plan_service *service)
{
	service->linked = service->default_route = false;
	service->link = 0;
	service->address4 = service->address6 = NULL;
}

struct plan_service plan_confinement(const struct plan_service *service, struct arena *arena)
{
	struct plan_service confined = *service;
	struct plan_cgroup_limit *disks = arena_alloc(arena, sizeof(*disks));

	confined.life = (struct plan_life){0};
	forget_network(&confined);
	keep_disks(&confined, disks);
	plan_calls_distinct(&confined, arena);
	return confined;
}

bool plan_same_confinement(const struct plan_service *left, const struct plan_service *right)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan_service one = plan_confinement(left, arena);
	const struct plan_service other = plan_confinement(right, arena);

	return record_same(&plan_service_record, &one, &other);
}
