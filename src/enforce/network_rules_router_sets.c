/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
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

/* Services by name, since thousands of edges look for both of their ends. */
static int by_name(const void *left, const void *right)
{
	const struct plan_service *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static const struct plan_service **sort_services(const struct plan *plan, struct arena *arena)
{
	const struct plan_service **sorted =
		arena_alloc(arena, (plan->service_count + 1) * sizeof(struct plan_service *));

	for (size_t i = 0; i < plan->service_count; i++)
		sorted[i] = &plan->services[i];
	qsort(sorted, plan->service_count, sizeof(struct plan_service *), by_name);
	return sorted;
}

static int is_called(const void *name, const void *service)
{
	const struct plan_service *const *a = service;

	return strcmp(name, (*a)->name);
}

static const char *address_of(
	const struct plan *plan, const struct plan_service **sorted, const char *name, bool wide)
{
	const struct plan_service **found = bsearch(
		name, sorted, plan->service_count, sizeof(struct plan_service *), is_called);

	return found ? enforce_rules_address(*found, wide) : NULL;
}

static void write_edge(struct rules_set *set, const char *from, const char *to,
	const char *transport, uint32_t port)
{
	if (!from || !to)
		return;
	enforce_rules_set_element(set);
	fprintf(set->out, "%s . %s . %s . %u", from, to, transport, port);
}

/* The host's own clients: by which link they come, the rules say. */
static void write_host_clients(struct rules_set *set, const struct plan *plan)
{
	for (size_t i = 0; !set->wide && plan->network.host_link && i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_TCP && !enforce_rules_repeated(plan, i))
			write_edge(set, plan->network.host4,
				enforce_rules_address(
					plan_service(plan, plan->publishes[i].service), false),
				"tcp", plan->publishes[i].port);
}

/*
 * Who may ask whom, at which port; turned round, who may answer whom.  The rules ask @links first
 * who it is.  By the router's own address its outlet is asked.
 */
static void write_edges(FILE *out, const struct plan *plan, bool wide)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan_service **sorted = sort_services(plan, arena);
	struct rules_set set = enforce_rules_set_begin(out, "edges", wide,
		wide ? "ipv6_addr . ipv6_addr . inet_proto . inet_service"
		     : "ipv4_addr . ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport != PLAN_UNIX)
			write_edge(&set, address_of(plan, sorted, edge->from, wide),
				address_of(plan, sorted, edge->to, wide),
				enforce_rules_transport(edge->transport), edge->port);
	}
	for (size_t i = 0; i < plan->host_edge_count; i++)
		write_edge(&set, address_of(plan, sorted, plan->host_edges[i].from, wide),
			wide ? plan->network.router6 : plan->network.router4,
			enforce_rules_transport(plan->host_edges[i].transport),
			plan->host_edges[i].port);
	write_host_clients(&set, plan);
	enforce_rules_set_end(&set);
}

struct pair {
	const char *from, *to;
};

static int by_both(const void *left, const void *right)
{
	const struct pair *one = left, *other = right;
	int order = strcmp(one->from, other->from);

	return order ? order : strcmp(one->to, other->to);
}

/* Who exchanges datagrams with whom, both ways, each pair once. */
static void write_exchange(FILE *out, const struct plan *plan, bool wide)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan_service **sorted = sort_services(plan, arena);
	struct pair *pairs = arena_alloc(arena, (2 * plan->edge_count + 1) * sizeof(*pairs));
	struct rules_set set;
	size_t count = 0;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const char *from = address_of(plan, sorted, edge->from, wide);
		const char *to = address_of(plan, sorted, edge->to, wide);

		if (edge->transport != PLAN_UDP || !from || !to)
			continue;
		pairs[count++] = (struct pair){from, to};
		pairs[count++] = (struct pair){to, from};
	}
	qsort(pairs, count, sizeof(*pairs), by_both);
	set = enforce_rules_set_begin(
		out, "exchange", wide, wide ? "ipv6_addr . ipv6_addr" : "ipv4_addr . ipv4_addr");
	for (size_t i = 0; i < count; i++) {
		if (i && by_both(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . %s", pairs[i].from, pairs[i].to);
	}
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
		write_exchange(out, plan, wide);
		write_doors(out, plan, wide);
		write_asked(out, plan, wide);
	}
	enforce_rules_resolver_set(out, plan);
	enforce_rules_shaped_sets(out, plan);
	return write_audited(out, plan);
}
