/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What went over the budget of its line. */

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/text.h"

/* Whom the line of @budget leads to: "db", or "db, cache". */
static const char *peers_of(const struct net_making *making, uint32_t budget)
{
	const struct plan *plan = making->plan;
	const char *names = NULL, *last = NULL;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->budget != budget || text_equal(last, edge->to))
			continue;
		last = edge->to;
		names = names ? arena_printf(making->arena, "%s, %s", names, last) : last;
	}
	for (size_t i = 0; !names && i < plan->outside_count; i++)
		if (plan->outsides[i].budget == budget)
			names = analyze_net_outside_name(&plan->outsides[i]);
	return names ? names : ANALYZE_NET_HOST;
}

/* The port of a line of one. */
static const char *port_of(const struct net_making *making, uint32_t budget)
{
	const struct plan *plan = making->plan;
	const char *port = NULL;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->budget != budget)
			continue;
		const char *this = analyze_net_port(making->arena, edge->port, edge->transport);
		if (port && !text_equal(port, this))
			return NULL;
		port = this;
	}
	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].budget == budget)
			port = analyze_net_port(making->arena, plan->host_edges[i].port,
				plan->host_edges[i].transport);
	for (size_t i = 0; i < plan->outside_count; i++)
		if (plan->outsides[i].budget == budget)
			port = analyze_net_ports(making->arena, &plan->outsides[i]);
	return port;
}

/* Is the graph about who has the line, or whom it leads to? */
static bool about_line(const struct net_making *making, uint32_t budget)
{
	const struct plan *plan = making->plan;

	if (analyze_net_about(making, plan->budgets[budget - 1].from))
		return true;
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].budget == budget && analyze_net_about(making, plan->edges[i].to))
			return true;
	return false;
}

void analyze_net_over(struct net_making *making, const struct plan_traffic_item *item)
{
	const struct plan_budget *budget = &making->plan->budgets[item->budget - 1];
	const struct plan_service *from = plan_service(making->plan, budget->from);
	const bool ended = item->over == PLAN_OVER_UNTIL;
	struct where where;

	plan_budget_has(budget, item->over, &where);
	if (!from || !item->packets || !about_line(making, item->budget))
		return;
	struct analyze_net_denial denial = {.from = budget->from,
		.to = peers_of(making, item->budget),
		.act = "connect",
		.port = port_of(making, item->budget),
		.layer = plan_traffic_layer_names[item->layer],
		.count = item->packets,
		.ago = analyze_net_seconds(item),
		.passed = budget->alert && !ended,
		.reason = arena_printf(making->arena, ended ? "%s is over" : "over %s",
			plan_over_keys[item->over]),
		.where = where};
	struct analyze_net_denial *added = analyze_net_add_denial(making, &denial);
	if (!added)
		return;
	struct analyze_net_line *line =
		arena_append(making->arena, &added->lines, &added->line_count, sizeof(*line));
	*line = (struct analyze_net_line){.service = from->base,
		.key = plan_over_keys[item->over],
		.exists = true,
		.where = where};
}
