/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_routes.h"

#include <string.h>

#include "base/arena.h"
#include "plan/plan.h"

bool enforce_network_peers(const struct plan *plan, const struct plan_service *service,
	const struct plan_service *peer)
{
	if (!service->linked || !peer->linked || service == peer)
		return false;
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		bool out =
			strcmp(edge->from, service->name) == 0 && strcmp(edge->to, peer->name) == 0;
		bool in =
			strcmp(edge->to, service->name) == 0 && strcmp(edge->from, peer->name) == 0;

		if (edge->transport != PLAN_UNIX && (out || in))
			return true;
	}
	return false;
}

const bool *enforce_network_all_peers(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	bool *peers = arena_alloc(arena, (plan->service_count + 1) * sizeof(*peers));

	for (size_t i = 0; service->linked && i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const char *other = NULL;

		if (edge->transport == PLAN_UNIX)
			continue;
		if (strcmp(edge->from, service->name) == 0)
			other = edge->to;
		else if (strcmp(edge->to, service->name) == 0)
			other = edge->from;
		const struct plan_service *peer = other ? plan_service(plan, other) : NULL;
		if (peer && peer->linked && peer != service)
			peers[peer - plan->services] = true;
	}
	return peers;
}

size_t enforce_network_probes(const struct plan_service *service, uint32_t ports[NETWORK_PROBES])
{
	const struct plan_probe *probes[NETWORK_PROBES] = {
		&service->life.ready, &service->life.healthy};
	size_t count = 0;

	for (size_t i = 0; service->linked && i < NETWORK_PROBES; i++) {
		if (probes[i]->kind != PLAN_PROBE_PORT && probes[i]->kind != PLAN_PROBE_HTTP)
			continue;
		if (count == 0 || ports[0] != probes[i]->port)
			ports[count++] = probes[i]->port;
	}
	return count;
}

bool enforce_network_asks_host(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; service->linked && i < plan->host_edge_count; i++)
		if (strcmp(plan->host_edges[i].from, service->name) == 0)
			return true;
	return false;
}

bool enforce_network_outward(const struct plan *plan, const struct plan_service *service)
{
	if (enforce_network_asks_host(plan, service))
		return true;
	for (size_t i = 0; service->linked && i < plan->outside_count; i++)
		if (strcmp(plan->outsides[i].from, service->name) == 0)
			return true;
	return false;
}
