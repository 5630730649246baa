/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Edges that leave the stack: to this machine, and to addresses and names outside; and the
 * processes that they need. */

#include <string.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "base/report.h"
#include "plan/planner.h"

enum { RESOLVER_PORT = 53 };

/* The kernel must hold what the outlet, which is in the host's network, may connect to. */
static void need_outlet(struct planner *planner, struct where where)
{
	struct plan *plan = planner->plan;

	plan->network.outlet_id = plan_stack_id(planner, "outlet");
	if (plan->host_edge_count + plan->outside_count == 1)
		plan_gap(planner, NULL, LAYER_NETWORK, HOST_CGROUP_PORTS, true, where,
			"nothing would hold the outlet to the declared addresses and ports");
}

static void add_upstream(struct planner *planner, const char *address, struct where where)
{
	struct plan *plan = planner->plan;

	*(struct plan_upstream *)arena_append(
		planner->arena, &plan->upstreams, &plan->upstream_count, sizeof(*plan->upstreams)) =
		(struct plan_upstream){address, where};
}

/* Who asks for names on behalf of services: servers that the policy names, or the machine's. */
static void need_resolver(struct planner *planner, struct where where)
{
	const struct policy_texts *given = &planner->policy->upstream;
	const struct host *host = planner->host;

	planner->plan->network.resolver_id = plan_stack_id(planner, "resolver");
	for (size_t i = 0; i < given->count; i++)
		add_upstream(planner, given->items[i].text, given->items[i].where);
	for (size_t i = 0; given->count == 0 && i < host->name_server_count; i++)
		add_upstream(planner, host->name_servers[i], where);
	if (planner->plan->upstream_count == 0)
		report_hint(planner->report,
			plan_missing(planner, where, "this machine asks no name server"),
			"write resolver: {upstream: [192.0.2.53]} at the top of the policy");
}

/* The stack's own addresses, where they follow from its name: those that the policy gives it has
 * compared itself. */
static void check_own(struct planner *planner, const struct plan_outside *outside)
{
	const struct plan_network *network = &planner->plan->network;
	const char *const own[] = {network->prefix4, network->prefix6};
	struct prefix range, prefix;

	for (size_t i = 0; i < 2 && outside->range; i++)
		if (prefix_parse(outside->range, strlen(outside->range), &range) &&
			prefix_parse(own[i], strlen(own[i]), &prefix) &&
			prefix_covers(&prefix, &range))
			report_hint(planner->report,
				report_add(planner->report, REPORT_ERROR, outside->where, 0,
					"'%s' lies in the stack's own addresses, %s",
					outside->range, own[i]),
				"connect to the service by its name, or give the stack other "
				"addresses: addresses: {ipv4: 198.18.4.0/24}");
}

void plan_add_outside(struct planner *planner, const struct policy_connect *given, uint32_t budget,
	struct plan_service *service)
{
	struct plan *plan = planner->plan;

	*(struct plan_outside *)arena_append(planner->arena, &plan->outsides, &plan->outside_count,
		sizeof(*plan->outsides)) = (struct plan_outside){
		.from = service->name,
		.transport = (enum plan_transport)given->transport,
		.range = given->named ? NULL : given->peer,
		.name = given->named ? given->peer : NULL,
		.first = given->port,
		.last = given->last,
		.tls = given->tls,
		.budget = budget,
		.why = given->why,
		.owner = given->owner,
		.where = given->where,
	};
	check_own(planner, &plan->outsides[plan->outside_count - 1]);
	service->default_route = true;
	need_outlet(planner, given->where);
	if (given->named && !plan->network.resolver_id)
		need_resolver(planner, given->where);
}

void plan_add_host_edge(struct planner *planner, const struct policy_connect *given,
	uint32_t budget, const struct plan_service *service)
{
	struct plan *plan = planner->plan;
	struct plan_host_edge *edge = arena_append(
		planner->arena, &plan->host_edges, &plan->host_edge_count, sizeof(*edge));

	*edge = (struct plan_host_edge){
		.from = service->name,
		.transport = (enum plan_transport)given->transport,
		.port = given->port,
		.at = given->at,
		.at_port = given->at_port,
		.budget = budget,
		.why = given->why,
		.owner = given->owner,
		.where = given->where,
	};
	need_outlet(planner, given->where);
}

/* At the router's port 53 the resolver listens, and the outlet cannot. */
void plan_check_resolver_port(struct planner *planner)
{
	const struct plan *plan = planner->plan;
	const struct where *taken = NULL;

	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].port == RESOLVER_PORT)
			taken = &plan->host_edges[i].where;
	for (size_t i = 0; i < plan->outside_count; i++)
		if (plan->outsides[i].first <= RESOLVER_PORT &&
			plan->outsides[i].last >= RESOLVER_PORT)
			taken = &plan->outsides[i].where;
	if (!taken || !plan->network.resolver_id)
		return;
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, *taken, 0,
		"port %d is the resolver's, which this stack has", RESOLVER_PORT);
	report_other(entry, plan->upstreams ? plan->upstreams[0].where : plan->where,
		"its name servers");
	report_hint(planner->report, entry,
		"names are asked of the resolver: write whom it asks, resolver: {upstream: "
		"[192.0.2.53]}");
}
