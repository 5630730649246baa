/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_loopback.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_link.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

static bool is_wide(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* A place on the service's loopback, and where it leads. */
struct place {
	const char *at; /* NULL: none */
	uint32_t at_port;
	enum plan_transport transport;
	const char *to;
	uint32_t port;
};

static size_t place_count(const struct plan *plan)
{
	return plan->edge_count + plan->host_edge_count;
}

/* Of edge number @index, those to services first. */
static struct place place_of(
	const struct plan *plan, const struct plan_service *service, size_t index)
{
	const struct plan_edge *edge = index < plan->edge_count ? &plan->edges[index] : NULL;
	const struct plan_host_edge *out =
		edge ? NULL : &plan->host_edges[index - plan->edge_count];
	const char *at = edge ? edge->at : out->at;
	bool wide = at && is_wide(at);

	if (!at || !text_equal(edge ? edge->from : out->from, service->name))
		return (struct place){0};
	if (!edge)
		return (struct place){at, out->at_port, out->transport,
			wide ? plan->network.router6 : plan->network.router4, out->port};
	const struct plan_service *to = plan_service(plan, edge->to);
	if (!to || !to->linked)
		return (struct place){0};
	return (struct place){
		at, edge->at_port, edge->transport, wide ? to->address6 : to->address4, edge->port};
}

static bool any_looks(const struct plan *plan, const struct plan_service *service, bool wide)
{
	for (size_t i = 0; i < place_count(plan); i++) {
		struct place place = place_of(plan, service, i);

		if (place.at && is_wide(place.at) == wide)
			return true;
	}
	return false;
}

static bool any_waits(const struct plan_service *service, bool wide)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].at && is_wide(service->listens[i].at) == wide)
			return true;
	return false;
}

bool enforce_network_loopback(
	const struct plan *plan, const struct plan_service *service, bool wide)
{
	return service->linked && (any_looks(plan, service, wide) || any_waits(service, wide));
}

/* What arrives by a link carries no loopback address: the kernel's own rule, which the knob that
 * is needed here lifts. */
static void write_martian(FILE *out)
{
	fputs("\tchain martian {\n"
	      "\t\ttype filter hook prerouting priority raw; policy accept;\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip saddr 127.0.0.0/8 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip daddr 127.0.0.0/8 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip6 saddr ::1 drop\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ip6 daddr ::1 drop\n"
	      "\t}\n",
		out);
}

static bool same_place(const struct place *left, const struct place *right)
{
	return left->transport == right->transport && left->at_port == right->at_port &&
	       text_equal(left->at, right->at);
}

/* Where edge @index is the first at its place: the rule for all there, instances of one service,
 * which take turns. */
static void write_place(
	FILE *out, const struct plan *plan, const struct plan_service *service, size_t index)
{
	const struct place place = place_of(plan, service, index);
	const bool wide = place.at && is_wide(place.at);
	size_t count = 0;

	for (size_t i = 0; place.at && i < place_count(plan); i++) {
		struct place other = place_of(plan, service, i);

		if (same_place(&place, &other) && i < index)
			return;
		count += same_place(&place, &other);
	}
	if (!place.at)
		return;
	fprintf(out, "\t\t%s daddr %s %s dport %u", wide ? "ip6" : "ip", place.at,
		enforce_rules_transport(place.transport), place.at_port);
	struct rules_deal deal = enforce_rules_deal_begin(out, wide, count);
	for (size_t i = index; i < place_count(plan); i++) {
		struct place other = place_of(plan, service, i);

		if (same_place(&place, &other))
			enforce_rules_deal(&deal, other.to, other.port);
	}
}

/* The source is still the loopback's when the packet leaves: the service's own is given to it. */
static void write_looks(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	fputs("\tchain look {\n"
	      "\t\ttype nat hook output priority -100; policy accept;\n",
		out);
	for (size_t i = 0; i < place_count(plan); i++)
		write_place(out, plan, service, i);
	fprintf(out,
		"\t}\n"
		"\tchain leave {\n"
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
		"\t\toifname \"" NETWORK_SERVICE_LINK
		"\" ct status dnat ip saddr 127.0.0.0/8 snat ip to %s\n"
		"\t\toifname \"" NETWORK_SERVICE_LINK
		"\" ct status dnat ip6 saddr ::1 snat ip6 to %s\n"
		"\t}\n",
		service->address4, service->address6);
}

/*
 * A daemon that insists on its loopback trusts it, too: its peers come from
 * there, as they did when all ran on one host.  Clients from outside, and the
 * router, keep their own addresses, so that none of them is taken for local.
 */
static void write_waits(FILE *out, const struct plan_service *service)
{
	fputs("\tchain arrive {\n"
	      "\t\ttype nat hook prerouting priority dstnat; policy accept;\n",
		out);
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];
		bool wide = listen->at && is_wide(listen->at);

		if (listen->at)
			fprintf(out,
				"\t\tiifname \"" NETWORK_SERVICE_LINK
				"\" %s daddr %s %s dport %u-%u dnat %s to %s\n",
				wide ? "ip6" : "ip", wide ? service->address6 : service->address4,
				enforce_rules_transport(listen->transport), listen->first,
				listen->last, wide ? "ip6" : "ip", listen->at);
	}
	fputs("\t}\n"
	      "\tchain settle {\n"
	      "\t\ttype nat hook input priority 100; policy accept;\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ct status dnat "
	      "ip saddr . meta l4proto . th dport @listens4 snat ip to 127.0.0.1\n"
	      "\t\tiifname \"" NETWORK_SERVICE_LINK "\" ct status dnat "
	      "ip6 saddr . meta l4proto . th dport @listens6 snat ip6 to ::1\n"
	      "\t}\n",
		out);
}

void enforce_network_loopback_chains(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	bool looked = any_looks(plan, service, false) || any_looks(plan, service, true);
	bool waited = any_waits(service, false) || any_waits(service, true);

	if (looked || waited)
		write_martian(out);
	if (looked)
		write_looks(out, plan, service);
	if (waited)
		write_waits(out, service);
}
