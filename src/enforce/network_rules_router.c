/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "enforce/network_link.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
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

/* Who is away, or never was there, is as one who does not listen: of an unreachable host a socket
 * for datagrams is not told (ip(7), IP_RECVERR). */
#define NOWHERE                                                                                    \
	"\t\toifname \"" NETWORK_NOWHERE_LINK "\" meta l4proto tcp reject with tcp reset\n"        \
	"\t\toifname \"" NETWORK_NOWHERE_LINK "\" reject with icmpx port-unreachable\n"

/*
 * Nobody in the router talks to anybody else there: the outlet listens, for services alone.
 * What goes to an address outside the stack answers a client whose address the gateway kept;
 * only there is its socket looked for.
 */
static const char router_chains[] =
	"\tchain spoofed {\n"
	"\t\ttype filter hook prerouting priority raw; policy drop;\n"
	"\t\tiif \"lo\" accept\n"
	"\t\tiifname . ip saddr @links4 accept\n"
	"\t\tiifname . ip6 saddr @links6 accept\n%s"
	"\t}\n"
	"\tchain replies {\n"
	"\t\ttype filter hook prerouting priority mangle; policy accept;\n"
	"\t\tip daddr != %s socket transparent 1 meta mark set %d\n"
	"\t\tip6 daddr != %s socket transparent 1 meta mark set %d\n"
	"\t}\n"
	"\tchain forward {\n"
	"\t\ttype filter hook forward priority filter; policy drop;\n" NOWHERE RULES_EXISTING
	"\t\tiifname . ip saddr . ip daddr . meta l4proto . th dport @edges4 accept\n"
	"\t\tiifname . ip6 saddr . ip6 daddr . meta l4proto . th dport @edges6 "
	"accept\n%s%s" RULES_REFUSE "\t}\n"
	"\tchain input {\n"
	"\t\ttype filter hook input priority filter; policy drop;\n"
	"\t\tiif \"lo\" ct state established,related accept\n" RULES_EXISTING "%s" RULES_REFUSE
	"\t}\n"
	"\tchain output {\n"
	"\t\ttype filter hook output priority filter; policy drop;\n" NOWHERE RULES_ANSWERS
	"\t\tip daddr . meta l4proto . th dport @doors4 accept\n"
	"\t\tip6 daddr . meta l4proto . th dport @doors6 accept\n"
	"\t\tmeta skuid != { %u%s } ip daddr . meta l4proto . th dport @asked4 accept\n"
	"\t\tmeta skuid != { %u%s } ip6 daddr . meta l4proto . th dport @asked6 "
	"accept\n" RULES_REFUSE "\t}\n"
	"}\n";

#define BOTH_AUDITED "\t\tiifname @audited oifname @audited meta l4proto { tcp, udp } accept\n"

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

/* Towards the outlet, by the same edges: who is not in the set is refused. */
static const char outward[] =
	"\t\tiifname . ip saddr . ip daddr . meta l4proto . th dport @edges4 accept\n"
	"\t\tiifname . ip6 saddr . ip6 daddr . meta l4proto . th dport @edges6 accept\n";

/* `gateway: nat`: by the door's link come those from outside, to what is published. */
static const char doors[] =
	"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip daddr . meta l4proto . th dport @doors4 accept\n"
	"\t\tiifname \"" NETWORK_DOOR_LINK
	"\" ip6 daddr . meta l4proto . th dport @doors6 accept\n";

/* And nobody with an address of the stack, but who stands for the host's loopback. */
#define STRANGERS                                                                                  \
	"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip saddr %s accept\n"                               \
	"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip saddr != %s accept\n"                            \
	"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip6 saddr != %s accept\n"

char *enforce_network_rules_router(const struct plan *plan)
{
	const struct plan_network *network = &plan->network;
	char outlet[16] = "", strangers[sizeof(STRANGERS) + 150] = "";
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(RULES_TABLE, out);
	for (int wide = 0; wide < 2; wide++) {
		write_links(out, plan, wide);
		write_edges(out, plan, wide);
		write_doors(out, plan, wide);
		write_asked(out, plan, wide);
	}
	bool audited = write_audited(out, plan);
	/* Who meets the world outside has no use for what is asked. */
	if (network->outlet_id)
		snprintf(outlet, sizeof(outlet), ", %u", network->outlet_id);
	if (network->host_link)
		snprintf(strangers, sizeof(strangers), STRANGERS, network->host4, network->prefix4,
			network->prefix6);
	fprintf(out, router_chains, strangers, network->prefix4, NETWORK_MARK, network->prefix6,
		NETWORK_MARK, network->host_link ? doors : "", audited ? BOTH_AUDITED : "",
		plan->host_edge_count ? outward : "", network->gateway_id, outlet,
		network->gateway_id, outlet);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
