/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/outlet.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/prefix.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "gateway/datagram.h"
#include "gateway/door.h"
#include "gateway/listener.h"
#include "gateway/route.h"
#include "gateway/upstream.h"
#include "gateway/way.h"
#include "plan/plan.h"

enum { PORTS = 65536, TRANSPORTS = 2 };

struct gateway_outlet {
	const struct gateway_ways *ways;
	int routes;
};

/* Who first asks for a port, of each family; where NULL it is closed. */
struct opening {
	const struct where *where;
	bool outside;
};

struct openings {
	struct opening ports[TRANSPORTS][2][PORTS]; /* of TCP and UDP; by IPv4, by IPv6 */
	size_t count;
};

struct wish {
	enum plan_transport transport;
	uint32_t port;
	bool outside;
	const struct where *where;
};

static void want(struct openings *openings, bool wide, const struct wish *wish)
{
	struct opening *opening =
		&openings->ports[wish->transport == PLAN_UDP][wide][wish->port % PORTS];

	openings->count += opening->where == NULL;
	opening->where = opening->where ? opening->where : wish->where;
	opening->outside = opening->outside || wish->outside;
}

/* One port is one door, for all services that may use it. */
static struct openings *collect(const struct plan *plan, struct arena *arena)
{
	struct openings *openings = arena_alloc(arena, sizeof(*openings));

	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];
		const struct wish wish = {edge->transport, edge->port, false, &edge->where};

		want(openings, false, &wish);
		want(openings, true, &wish);
	}
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		for (uint32_t port = outside->first; port <= outside->last; port++) {
			const struct wish wish = {outside->transport, port, true, &outside->where};

			for (int wide = 0; wide < 2; wide++)
				if (!outside->range || !strchr(outside->range, ':') == !wide)
					want(openings, wide, &wish);
		}
	}
	return openings;
}

static int open_door(const struct plan_network *network, const struct opening *opening, bool wide,
	unsigned port, struct gateway_door *door, struct fault *why)
{
	const char *narrow = opening->outside ? "0.0.0.0" : network->router4;
	const char *broad = opening->outside ? "::" : network->router6;
	union gateway_address own;

	door->length = gateway_address_set(&own, wide ? broad : narrow, port);
	door->listener = door->datagrams
				 ? gateway_datagram_await(&own, door->length, opening->outside)
				 : gateway_listen(&own, door->length, opening->outside);
	return door->listener < 0 ? fault(why, door->listener, *opening->where,
					    "the outlet cannot listen for port %u%s", port,
					    door->datagrams ? "/udp" : "")
				  : 0;
}

static int open_doors(const struct plan *plan, const struct gateway_outlet *outlet,
	const struct openings *openings, struct gateway_door *doors, size_t *count,
	struct fault *why)
{
	int error = 0;

	for (unsigned i = 0; i < TRANSPORTS * 2 * PORTS && !error; i++) {
		const bool datagrams = i / (2 * PORTS), wide = i / PORTS % 2;
		const struct opening *opening = &openings->ports[datagrams][wide][i % PORTS];
		struct gateway_door *door = &doors[*count];

		if (!opening->where)
			continue;
		*door = (struct gateway_door){
			.outlet = outlet, .datagrams = datagrams, .port = i % PORTS};
		error = open_door(&plan->network, opening, wide, i % PORTS, door, why);
		*count += !error;
	}
	return error;
}

int gateway_outlet_open(const struct plan *plan, const struct enforce_network_router *router,
	struct arena *arena, struct gateway_door **doors, size_t *count, struct fault *why)
{
	const struct openings *openings = collect(plan, arena);
	struct gateway_outlet *outlet = arena_alloc(arena, sizeof(*outlet));

	*doors = arena_alloc(arena, (openings->count + 1) * sizeof(**doors));
	*count = 0;
	*outlet = (struct gateway_outlet){
		.ways = gateway_ways(plan, arena), .routes = gateway_route_open()};
	if (outlet->routes < 0)
		return fault(why, outlet->routes, plan->where,
			"the outlet cannot ask this machine for routes");
	scoped(visit) int home = enforce_network_visit(router->network, plan->where, why);
	int error = home < 0 ? home : open_doors(plan, outlet, openings, *doors, count, why);
	if (error) {
		gateway_doors_close(*doors, *count);
		close(outlet->routes);
	}
	return error;
}

int gateway_outlet_routes(const struct gateway_outlet *outlet)
{
	return outlet->routes;
}

static bool judge(const struct gateway_outlet *outlet, enum plan_transport transport,
	struct gateway_call *call)
{
	call->host = gateway_way_router(outlet->ways, &call->wanted);
	if (call->host)
		return gateway_way_host(
			outlet->ways, transport, &call->client, gateway_port(&call->wanted));
	const enum gateway_way way =
		gateway_way_outside(outlet->ways, transport, &call->client, &call->wanted);
	call->hello = way == WAY_NAMED;
	return way != WAY_NONE && gateway_route_leaves(outlet->routes, &call->wanted);
}

bool gateway_outlet_admit(
	const struct gateway_outlet *outlet, int client, struct gateway_call *call)
{
	socklen_t length = sizeof(call->wanted);

	if (getsockname(client, &call->wanted.any, &length) < 0)
		return false;
	return judge(outlet, PLAN_TCP, call);
}

/* A datagram says no name: who has to say one does not go by datagrams. */
bool gateway_outlet_admit_flow(const struct gateway_outlet *outlet, struct gateway_call *call)
{
	return judge(outlet, PLAN_UDP, call) && !call->hello;
}

size_t gateway_outlet_owner(const struct gateway_outlet *outlet, const struct gateway_call *call)
{
	return gateway_way_number(outlet->ways, &call->client);
}

size_t gateway_outlet_owners(const struct gateway_outlet *outlet)
{
	return gateway_way_count(outlet->ways);
}

bool gateway_outlet_named(
	const struct gateway_outlet *outlet, const struct gateway_call *call, const char *name)
{
	return gateway_way_named(outlet->ways, &call->client, gateway_port(&call->wanted), name);
}
