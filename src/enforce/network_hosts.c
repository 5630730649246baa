/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "enforce/network.h"
#include "plan/plan.h"

static const char *add_host(
	struct arena *arena, const char *text, const char *address, const char *name)
{
	return address ? arena_printf(arena, "%s%s %s\n", text, address, name) : text;
}

static bool connects(const struct plan *plan, const char *from, const char *to)
{
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport != PLAN_UNIX && strcmp(edge->from, from) == 0 &&
			strcmp(edge->to, to) == 0)
			return true;
	}
	return false;
}

const char *enforce_network_hosts(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const char *text = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";

	if (!service->linked)
		return add_host(arena, text, "127.0.0.1", service->name);
	text = add_host(arena, text, service->address4, service->name);
	text = add_host(arena, text, service->address6, service->name);
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];

		if (peer == service || !peer->linked || !connects(plan, service->name, peer->name))
			continue;
		text = add_host(arena, text, peer->address4, peer->name);
		text = add_host(arena, text, peer->address6, peer->name);
	}
	return text;
}
