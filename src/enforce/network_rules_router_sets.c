/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

/* What comes in by a link must carry the address of its service. */
static void write_links(FILE *out, const struct plan *plan, bool wide)
{
	struct rules_set set = enforce_rules_set_begin(
		out, "links", wide, wide ? "ifname . ipv6_addr" : "ifname . ipv4_addr");

	for (size_t i = 0; i < plan->service_count; i++) {
		const char *address = enforce_rules_address(&plan->services[i], wide);
		char name[NETWORK_LINK_NAME];

		if (!address)
			continue;
		enforce_network_link_name(plan->services[i].link, name);
		enforce_rules_set_element(&set);
		fprintf(out, "\"%s\" . %s", name, address);
	}
	enforce_rules_set_end(&set);
}

/* By the router's own address: its outlet listens there. */
static void write_host_edge(
	struct rules_set *set, const struct plan *plan, const struct plan_host_edge *edge)
{
	const struct plan_service *client = plan_service(plan, edge->from);
	const char *from = enforce_rules_address(client, set->wide);
	char name[NETWORK_LINK_NAME];

	if (!from)
		return;
	enforce_network_link_name(client->link, name);
	enforce_rules_set_element(set);
	fprintf(set->out, "\"%s\" . %s . %s . tcp . %u", name, from,
		set->wide ? plan->network.router6 : plan->network.router4, edge->port);
}

static void write_edges(FILE *out, const struct plan *plan, bool wide)
{
	struct rules_set set = enforce_rules_set_begin(out, "edges", wide,
		wide ? "ifname . ipv6_addr . ipv6_addr . inet_proto . inet_service"
		     : "ifname . ipv4_addr . ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *client = plan_service(plan, edge->from);
		const char *from = enforce_rules_address(client, wide);
		const char *to = enforce_rules_address(plan_service(plan, edge->to), wide);
		char name[NETWORK_LINK_NAME];

		if (edge->transport == PLAN_UNIX || !from || !to)
			continue;
		enforce_network_link_name(client->link, name);
		enforce_rules_set_element(&set);
		fprintf(out, "\"%s\" . %s . %s . %s . %u", name, from, to,
			enforce_rules_transport(edge->transport), edge->port);
	}
	for (size_t i = 0; i < plan->host_edge_count; i++)
		write_host_edge(&set, plan, &plan->host_edges[i]);
	enforce_rules_set_end(&set);
}

/* A service and who it answers at a port, by TCP. */
static void write_answer(struct rules_set *set, const struct plan_service *service,
	const char *client, uint32_t port)
{
	const char *from = enforce_rules_address(service, set->wide);
	char name[NETWORK_LINK_NAME];

	if (!from || !client)
		return;
	enforce_network_link_name(service->link, name);
	enforce_rules_set_element(set);
	fprintf(set->out, "\"%s\" . %s . %s . tcp . %u", name, from, client, port);
}

/* The other way of edges, and of the host's own clients. */
static void write_answers(FILE *out, const struct plan *plan, bool wide)
{
	struct rules_set set = enforce_rules_set_begin(out, "answers", wide,
		wide ? "ifname . ipv6_addr . ipv6_addr . inet_proto . inet_service"
		     : "ifname . ipv4_addr . ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].transport == PLAN_TCP)
			write_answer(&set, plan_service(plan, plan->edges[i].to),
				enforce_rules_address(
					plan_service(plan, plan->edges[i].from), wide),
				plan->edges[i].port);
	for (size_t i = 0; !wide && plan->network.host_link && i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_TCP && !enforce_rules_repeated(plan, i))
			write_answer(&set, plan_service(plan, plan->publishes[i].service),
				plan->network.host4, plan->publishes[i].port);
	enforce_rules_set_end(&set);
}

/* Where the router's own address may go: the gateway, to what is published. */
static void write_doors(FILE *out, const struct plan *plan, bool wide)
{
	struct rules_set set =
		enforce_rules_set_begin(out, "doors", wide, enforce_rules_peer_type(wide));

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const char *to = enforce_rules_address(plan_service(plan, publish->service), wide);

		if (!to || enforce_rules_repeated(plan, i))
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . %s . %u", to, enforce_rules_transport(publish->transport),
			publish->port);
	}
	enforce_rules_set_end(&set);
}

/* And the supervisor, to what it asks. */
static void write_asked(FILE *out, const struct plan *plan, bool wide)
{
	struct rules_set set =
		enforce_rules_set_begin(out, "asked", wide, enforce_rules_peer_type(wide));

	for (size_t i = 0; i < plan->service_count; i++) {
		uint32_t ports[NETWORK_PROBES];
		size_t count = enforce_rules_probed(plan, &plan->services[i], ports);

		for (size_t j = 0; j < count; j++) {
			enforce_rules_set_element(&set);
			fprintf(out, "%s . tcp . %u",
				enforce_rules_address(&plan->services[i], wide), ports[j]);
		}
	}
	enforce_rules_set_end(&set);
}

/* The links of those in audit mode: between two of them anything goes.  Was there one? */
static bool write_audited(FILE *out, const struct plan *plan)
{
	struct rules_set set = {.out = out};

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		char name[NETWORK_LINK_NAME];

		if (!service->linked || !plan_audit(service, LAYER_NETWORK))
			continue;
		if (set.count == 0)
			fputs("\tset audited {\n\t\ttype ifname\n", out);
		enforce_network_link_name(service->link, name);
		enforce_rules_set_element(&set);
		fprintf(out, "\"%s\"", name);
	}
	if (set.count > 0)
		enforce_rules_set_end(&set);
	return set.count > 0;
}

bool enforce_rules_router_sets(FILE *out, const struct plan *plan)
{
	for (int wide = 0; wide < 2; wide++) {
		write_links(out, plan, wide);
		write_edges(out, plan, wide);
		write_answers(out, plan, wide);
		write_doors(out, plan, wide);
		write_asked(out, plan, wide);
	}
	enforce_rules_shaped_sets(out, plan);
	return write_audited(out, plan);
}
