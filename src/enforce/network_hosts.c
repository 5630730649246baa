/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "enforce/network.h"
#include "enforce/network_routes.h"
#include "plan/plan.h"

static const char *add_host(
	struct arena *arena, const char *text, const char *address, const char *name)
{
	return address ? arena_printf(arena, "%s%s %s\n", text, address, name) : text;
}

/* An instance by its own name, and by the one that it shares. */
static const char *add_service(struct arena *arena, const char *text,
	const struct plan_service *service, const char *address)
{
	text = add_host(arena, text, address, service->name);
	return service->instance ? add_host(arena, text, address, service->base) : text;
}

/* Is @peer there by this family?  A daemon that insists on 127.0.0.1 is not there by IPv6. */
static bool listens(const struct plan_service *peer, const struct plan_edge *edge, bool wide)
{
	for (size_t i = 0; i < peer->listen_count; i++) {
		const struct plan_listen *listen = &peer->listens[i];

		if (listen->transport == edge->transport && listen->first <= edge->port &&
			listen->last >= edge->port)
			return !listen->at || (strchr(listen->at, ':') != NULL) == wide;
	}
	return true;
}

static bool connects(const struct plan *plan, const struct plan_service *service,
	const struct plan_service *peer, bool wide)
{
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport != PLAN_UNIX && strcmp(edge->from, service->name) == 0 &&
			strcmp(edge->to, peer->name) == 0 && listens(peer, edge, wide))
			return true;
	}
	return false;
}

const char *enforce_network_hosts(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const char *text = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";

	if (!service->linked)
		return add_service(arena, text, service, "127.0.0.1");
	text = add_service(arena, text, service, service->address4);
	text = add_service(arena, text, service, service->address6);
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];

		if (peer == service || !peer->linked)
			continue;
		if (connects(plan, service, peer, false))
			text = add_service(arena, text, peer, peer->address4);
		if (connects(plan, service, peer, true))
			text = add_service(arena, text, peer, peer->address6);
	}
	if (enforce_network_asks_host(plan, service)) {
		text = add_host(arena, text, plan->network.router4, "host");
		text = add_host(arena, text, plan->network.router6, "host");
	}
	return text;
}
