/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/outlet.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "gateway/door.h"
#include "gateway/listener.h"
#include "plan/plan.h"

/* By whichever family the client came, it is the same port: who listens on one address of the
 * loopback alone is found. */
static int open_door(const struct plan *plan, const struct plan_host_edge *edge, bool wide,
	struct gateway_door *door, struct arena *arena, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	union gateway_address own;

	*door = (struct gateway_door){.outward = true, .service_count = 2};
	door->services = arena_alloc(arena, door->service_count * sizeof(*door->services));
	door->length =
		gateway_address_set(&own, wide ? network->router6 : network->router4, edge->port);
	gateway_address_set(&door->services[0], "127.0.0.1", edge->port);
	gateway_address_set(&door->services[1], "::1", edge->port);
	door->listener = gateway_listen(&own, door->length);
	return door->listener < 0 ? fault(why, door->listener, edge->where,
					    "the outlet cannot listen for host:%u", edge->port)
				  : 0;
}

/* One port of the host is one door, for all services that may use it. */
static bool repeated(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (plan->host_edges[i].port == plan->host_edges[index].port)
			return true;
	return false;
}

int gateway_outlet_open(const struct plan *plan, const struct enforce_network_router *router,
	struct arena *arena, struct gateway_door **doors, size_t *count, struct fault *why)
{
	scoped(visit) int home = enforce_network_visit(router->network, plan->where, why);
	int error = home < 0 ? home : 0;

	*doors = arena_alloc(arena, (2 * plan->host_edge_count + 1) * sizeof(**doors));
	*count = 0;
	for (size_t i = 0; i < plan->host_edge_count; i++)
		for (int wide = 0; wide < 2 && !error && !repeated(plan, i); wide++) {
			error = open_door(
				plan, &plan->host_edges[i], wide, &(*doors)[*count], arena, why);
			*count += !error;
		}
	if (error)
		gateway_doors_close(*doors, *count);
	return error;
}
