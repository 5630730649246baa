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
		return add_host(arena, text, "127.0.0.1", service->name);
	text = add_host(arena, text, service->address4, service->name);
	text = add_host(arena, text, service->address6, service->name);
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];

		if (peer == service || !peer->linked)
			continue;
		if (connects(plan, service, peer, false))
			text = add_host(arena, text, peer->address4, peer->name);
		if (connects(plan, service, peer, true))
			text = add_host(arena, text, peer->address6, peer->name);
	}
	return text;
}
