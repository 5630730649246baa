/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/text.h"
#include "drill/made_part.h"
#include "drill/world.h"
#include "plan/plan.h"

enum { MOST_PEERS = 48 };

static bool connects(const struct plan *plan, const struct plan_service *from,
	const struct plan_service *to, enum plan_transport transport, uint32_t port)
{
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		if (edge->transport == transport && edge->port == port &&
			text_equal(edge->from, from->name) && text_equal(edge->to, to->name))
			return true;
	}
	return false;
}

static void add_peer(struct drill_maker *maker, const struct plan_service *to,
	const struct plan_listen *listen, const char *address, const char *version)
{
	struct arena *arena = maker->arena;
	bool datagrams = listen->transport == PLAN_UDP;

	if (!address)
		return;
	drill_maker_add(maker,
		arena_printf(arena, "reach%s:%s:%u%s", version, to->name, listen->first,
			datagrams ? "/udp" : ""),
		arena_printf(arena, "%s %s%s", datagrams ? "exchange datagrams with" : "connect to",
			to->name, *version ? " by IPv6" : ""),
		&(struct drill_recipe){.category = "network",
			.base = datagrams ? "undeclared-datagram" : "undeclared-peer",
			.first = address,
			.second = arena_printf(arena, "%u", listen->first),
			.setting = DRILL_EVERYWHERE});
}

/* Every port of every other service that it does not connect to; a range by its first. */
void drill_make_peers(struct drill_maker *maker)
{
	const struct plan *plan = maker->world->plan;
	size_t before = maker->count;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *to = &plan->services[i];

		for (size_t j = 0; j < to->listen_count && to != maker->service; j++) {
			const struct plan_listen *listen = &to->listens[j];

			if (listen->transport == PLAN_UNIX || maker->count - before >= MOST_PEERS ||
				connects(
					plan, maker->service, to, listen->transport, listen->first))
				continue;
			add_peer(maker, to, listen, to->address4, "");
			add_peer(maker, to, listen, to->address6, "6");
		}
	}
}
