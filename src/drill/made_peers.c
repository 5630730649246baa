/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts made from the plan: every other service, at every port that no edge leads to. */
#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "drill/made_part.h"
#include "drill/range.h"
#include "drill/world.h"
#include "plan/plan.h"

/* The line of an edge from one to the other; NULL: none leads there.  @port 0: to whichever. */
static const struct plan_edge *edge(const struct plan *plan, const struct plan_service *from,
	const struct plan_service *to, enum plan_transport transport, uint32_t port)
{
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		bool asked = port ? edge->transport == transport && edge->port == port
				  : edge->transport != PLAN_UNIX;
		if (asked && text_equal(edge->from, from->name) && text_equal(edge->to, to->name))
			return edge;
	}
	return NULL;
}

void drill_maker_way(struct drill_maker *maker, const struct drill_way *way, bool datagrams)
{
	struct arena *arena = maker->arena;

	for (int six = 0; six < 2; six++) {
		const char *address = way->addresses[six];

		if (!address)
			continue;
		drill_maker_add(maker,
			arena_printf(arena, "%s%s:%s:%s", datagrams ? "ask" : "reach",
				six ? "6" : "", way->name,
				way->port == maker->world->near_port ||
						way->port == maker->world->host_port
					? "other"
					: arena_printf(arena, "%u", way->port)),
			arena_printf(arena, "%s %s%s",
				datagrams ? "exchange datagrams with" : "connect to", way->name,
				six ? " by IPv6" : ""),
			&(struct drill_recipe){.category = way->category,
				.base = datagrams ? "undeclared-datagram" : "undeclared-peer",
				.first = address,
				.second = arena_printf(arena, "%u", way->port),
				.setting = DRILL_EVERYWHERE,
				.where = way->where,
				.group = way->group,
				.to = way->to});
	}
}

/* By every transport that no edge has. */
static void add_port(struct drill_maker *maker, const struct plan_service *to, uint32_t port)
{
	const struct plan *plan = maker->world->plan;
	const struct plan_edge *any = edge(plan, maker->service, to, PLAN_TCP, 0);
	struct drill_way way = {.name = to->name,
		.addresses = {to->address4, to->address6},
		.port = port,
		.category = "network",
		.group = any ? DRILL_WAYS_PORTS : DRILL_WAYS_PAIRS,
		.to = to};

	if (any)
		way.where = any->where;
	for (int datagrams = 0; datagrams < 2; datagrams++)
		if (!edge(plan, maker->service, to, datagrams ? PLAN_UDP : PLAN_TCP, port))
			drill_maker_way(maker, &way, datagrams);
}

/* What the peer listens on; of one that an edge leads to also ports that nobody declares. */
static void add_peer(struct drill_maker *maker, const struct plan_service *to)
{
	const struct drill_world *world = maker->world;
	uint16_t ports[DRILL_RANGE];

	for (size_t i = 0; i < to->listen_count; i++) {
		size_t count = drill_range(&to->listens[i], ports);

		for (size_t j = 0; j < count; j++) {
			bool again = false;

			for (size_t k = 0; k < i && !again; k++)
				again = to->listens[k].transport != PLAN_UNIX &&
					ports[j] >= to->listens[k].first &&
					ports[j] <= to->listens[k].last;
			if (!again)
				add_port(maker, to, ports[j]);
		}
	}
	if (world->near_port)
		add_port(maker, to, world->near_port);
	for (size_t i = 0; i < drill_sample_count; i++)
		if (edge(world->plan, maker->service, to, PLAN_TCP, 0) &&
			!drill_declares(to, drill_samples[i]))
			add_port(maker, to, drill_samples[i]);
}

void drill_make_peers(struct drill_maker *maker)
{
	const struct plan *plan = maker->world->plan;

	for (size_t i = 0; i < plan->service_count; i++)
		if (&plan->services[i] != maker->service)
			add_peer(maker, &plan->services[i]);
}
