/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/text.h"
#include "plan/planner.h"

/* What another line declared already: the service, and one of its instances.  Or NULL. */
static struct plan_edge *same_edge(const struct plan *plan, const struct plan_edge *edge)
{
	for (size_t i = plan->edge_count; i-- > 0;) {
		struct plan_edge *other = &plan->edges[i];

		/* A service's edges stand together. */
		if (!text_equal(other->from, edge->from))
			return NULL;
		if (other->transport == edge->transport && other->port == edge->port &&
			text_equal(other->to, edge->to) && text_equal(other->path, edge->path))
			return other;
	}
	return NULL;
}

static void add_edge(struct planner *planner, const struct plan_service *service,
	const struct policy_connect *given, uint32_t budget, const struct plan_service *peer)
{
	struct plan *plan = planner->plan;
	struct plan_edge edge = {
		.from = service->name,
		.to = peer->name,
		.transport = (enum plan_transport)given->transport,
		.port = given->port,
		.path = given->path,
		.at = given->at,
		.at_port = given->at_port,
		.budget = budget,
		.why = given->why,
		.owner = given->owner,
		.where = given->where,
		.listen = given->listen,
	};

	struct plan_edge *same = peer->instance ? same_edge(plan, &edge) : NULL;

	if (same && same->at)
		return;
	/* The line that says more about it. */
	if (same) {
		if (edge.at)
			*same = edge;
		return;
	}
	if (given->transport == POLICY_UNIX) {
		const struct plan_socket_folder *folder =
			plan_socket_folder(plan, peer->name, given->path);

		if (folder) {
			edge.folder = folder->name;
			plan_socket_member(planner, folder, service, given->where);
		}
	}
	*(struct plan_edge *)arena_append(
		planner->arena, &plan->edges, &plan->edge_count, sizeof(edge)) = edge;
}

/* The number of the line's budget, which is made with the first port of it. */
static uint32_t budget_of(struct planner *planner, const struct policy_connect *given,
	const struct plan_service *service)
{
	const struct policy_budget *budget = given->budget;
	struct plan *plan = planner->plan;

	if (!budget)
		return 0;
	/* The ports of a range stand together. */
	if (plan->budget_count > 0) {
		const struct plan_budget *last = &plan->budgets[plan->budget_count - 1];

		if (text_equal(last->from, service->name) && where_same(last->where, given->where))
			return (uint32_t)plan->budget_count;
	}
	*(struct plan_budget *)arena_append(planner->arena, &plan->budgets, &plan->budget_count,
		sizeof(*plan->budgets)) = (struct plan_budget){
		.from = service->name,
		.new_connections = (uint32_t)budget->new_connections.value,
		.new_seconds = (uint32_t)budget->new_seconds,
		.connections = (uint32_t)budget->connections.value,
		.bytes = budget->bytes.value,
		.byte_seconds = (uint32_t)budget->byte_seconds,
		.bandwidth = budget->bandwidth.value,
		.drop = budget->drop,
		.alert = budget->alert,
		.until = budget->until.text,
		.end = (uint64_t)budget->end,
		.where = given->where,
		.new_where = budget->new_connections.where,
		.connections_where = budget->connections.where,
		.bytes_where = budget->bytes.where,
		.bandwidth_where = budget->bandwidth.where,
		.until_where = budget->until.where,
	};
	if (budget->bandwidth.value && !planner->shaped)
		plan_gap(planner, NULL, LAYER_NETWORK, HOST_BANDWIDTH, true,
			budget->bandwidth.where, host_features[HOST_BANDWIDTH].without);
	planner->shaped = planner->shaped || budget->bandwidth.value;
	return (uint32_t)plan->budget_count;
}

/* To each instance of the peer, or to the one that is named. */
static void add_connects(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < from->connect_count; i++) {
		const struct policy_connect *given = &from->connects[i];
		size_t count = 0;
		const struct plan_service *peers =
			given->host || given->outside
				? NULL
				: plan_services_of(planner, given->peer, &count);

		const uint32_t budget = budget_of(planner, given, service);
		if (given->host)
			plan_add_host_edge(planner, given, budget, service);
		if (given->outside)
			plan_add_outside(planner, given, budget, service);
		for (size_t j = 0; j < count; j++)
			if (!given->instance || given->instance == peers[j].instance)
				add_edge(planner, service, given, budget, &peers[j]);
	}
}

/* Of the first edge that goes by it the number is made. */
static void number_of(struct planner *planner, uint32_t budget, const char *to, uint32_t port,
	enum plan_transport transport)
{
	uint32_t *number = budget ? &planner->plan->budgets[budget - 1].number : NULL;

	if (number && *number == 0)
		*number = plan_stack_hash(arena_printf(
				  planner->arena, "%s:%u/%d", to, port, (int)transport)) %
				  PLAN_MOST_BUDGETS +
			  1;
}

/* Has an earlier budget of the same service this number?  They stand together. */
static bool number_taken(const struct plan *plan, size_t index, uint32_t number)
{
	for (size_t i = index; i-- > 0;) {
		if (!text_equal(plan->budgets[i].from, plan->budgets[index].from))
			return false;
		if (plan->budgets[i].number == number)
			return true;
	}
	return false;
}

static void number_budgets(struct planner *planner)
{
	struct plan *plan = planner->plan;

	for (size_t i = 0; i < plan->edge_count; i++)
		number_of(planner, plan->edges[i].budget, plan->edges[i].to, plan->edges[i].port,
			plan->edges[i].transport);
	for (size_t i = 0; i < plan->host_edge_count; i++)
		number_of(planner, plan->host_edges[i].budget, "host", plan->host_edges[i].port,
			plan->host_edges[i].transport);
	for (size_t i = 0; i < plan->outside_count; i++)
		number_of(planner, plan->outsides[i].budget,
			plan->outsides[i].name ? plan->outsides[i].name : plan->outsides[i].range,
			plan->outsides[i].first, plan->outsides[i].transport);
	for (size_t i = 0; i < plan->budget_count; i++) {
		uint32_t *number = &plan->budgets[i].number;

		*number += *number == 0;
		while (number_taken(plan, i, *number))
			*number = *number % PLAN_MOST_BUDGETS + 1;
	}
}

void plan_network(struct planner *planner)
{
	struct plan *plan = planner->plan;

	planner->report = planner->heard;
	plan_addresses(planner);
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(planner, &plan->services[i]);
		plan_listens(planner, planner->from[i], &plan->services[i]);
	}
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(planner, &plan->services[i]);
		plan_publishes(planner, planner->from[i], &plan->services[i]);
		add_connects(planner, planner->from[i], &plan->services[i]);
	}
	number_budgets(planner);
	planner->report = planner->heard;
	plan_check_resolver_port(planner);
}
