/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_rules.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/network_link.h"
#include "enforce/network_loopback.h"
#include "enforce/network_routes.h"
#include "plan/plan.h"

#define BEGIN_TABLE "table inet bulkhead {\n"

/* Fast failure: ECONNREFUSED or EHOSTUNREACH at once, instead of a timeout. */
#define REFUSE                                                                                     \
	"\t\tmeta l4proto tcp reject with tcp reset\n"                                             \
	"\t\treject with icmpx admin-prohibited\n"

/* Audit mode: what no edge allows is let through, and kept in a set as far as that has room. */
#define RECORD_SET(name, type)                                                                     \
	"\tset " name " {\n\t\ttype " type " . inet_proto . inet_service\n"                        \
	"\t\tsize 512\n\t\tflags dynamic\n\t}\n"
#define RECORD_SETS(name) RECORD_SET(name "4", "ipv4_addr") RECORD_SET(name "6", "ipv6_addr")
#define LET_THROUGH(name, side)                                                                    \
	"\t\tmeta l4proto { tcp, udp } update @" name "4 { ip " side                               \
	" . meta l4proto . th dport }\n"                                                           \
	"\t\tmeta l4proto { tcp, udp } update @" name "6 { ip6 " side                              \
	" . meta l4proto . th dport }\n"                                                           \
	"\t\tmeta l4proto { tcp, udp } accept\n"

/* Errors about connections that exist; nothing else of ICMP is ever needed. */
#define EXISTING                                                                                   \
	"\t\tct state established accept\n"                                                        \
	"\t\tct state related meta l4proto { icmp, icmpv6 } accept\n"                              \
	"\t\tct state invalid drop\n"

/* On the way out the resets and errors of REFUSE itself are related, too. */
#define ANSWERS                                                                                    \
	"\t\tct state established,related accept\n"                                                \
	"\t\tct state invalid drop\n"

/* One set per family, whose elements end in protocol and port. */
struct set {
	FILE *out;
	const char *name, *type;
	bool wide;
	size_t count;
};

static struct set begin_set(FILE *out, const char *name, bool wide, const char *type)
{
	fprintf(out, "\tset %s%s {\n\t\ttype %s\n", name, wide ? "6" : "4", type);
	return (struct set){.out = out, .name = name, .type = type, .wide = wide};
}

static void separate(struct set *set)
{
	fputs(set->count++ ? ",\n\t\t\t" : "\t\telements = {\n\t\t\t", set->out);
}

static void end_set(struct set *set)
{
	fputs(set->count ? " }\n\t}\n" : "\t}\n", set->out);
}

static const char *transport_name(enum plan_transport transport)
{
	return transport == PLAN_UDP ? "udp" : "tcp";
}

static const char *address_of(const struct plan_service *service, bool wide)
{
	if (!service || !service->linked)
		return NULL;
	return wide ? service->address6 : service->address4;
}

/* What comes in by a link must carry the address of its service. */
static void write_links(FILE *out, const struct plan *plan, bool wide)
{
	struct set set =
		begin_set(out, "links", wide, wide ? "ifname . ipv6_addr" : "ifname . ipv4_addr");

	for (size_t i = 0; i < plan->service_count; i++) {
		const char *address = address_of(&plan->services[i], wide);
		char name[NETWORK_LINK_NAME];

		if (!address)
			continue;
		enforce_network_link_name(plan->services[i].link, name);
		separate(&set);
		fprintf(out, "\"%s\" . %s", name, address);
	}
	end_set(&set);
}

/* By the router's own address: its outlet listens there. */
static void write_host_edge(
	struct set *set, const struct plan *plan, const struct plan_host_edge *edge)
{
	const struct plan_service *client = plan_service(plan, edge->from);
	const char *from = address_of(client, set->wide);
	char name[NETWORK_LINK_NAME];

	if (!from)
		return;
	enforce_network_link_name(client->link, name);
	separate(set);
	fprintf(set->out, "\"%s\" . %s . %s . tcp . %u", name, from,
		set->wide ? plan->network.router6 : plan->network.router4, edge->port);
}

static void write_edges(FILE *out, const struct plan *plan, bool wide)
{
	struct set set = begin_set(out, "edges", wide,
		wide ? "ifname . ipv6_addr . ipv6_addr . inet_proto . inet_service"
		     : "ifname . ipv4_addr . ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *client = plan_service(plan, edge->from);
		const char *from = address_of(client, wide);
		const char *to = address_of(plan_service(plan, edge->to), wide);
		char name[NETWORK_LINK_NAME];

		if (edge->transport == PLAN_UNIX || !from || !to)
			continue;
		enforce_network_link_name(client->link, name);
		separate(&set);
		fprintf(out, "\"%s\" . %s . %s . %s . %u", name, from, to,
			transport_name(edge->transport), edge->port);
	}
	for (size_t i = 0; i < plan->host_edge_count; i++)
		write_host_edge(&set, plan, &plan->host_edges[i]);
	end_set(&set);
}

/* Has an earlier publish of the same service, transport and port been written? */
static bool repeated(const struct plan *plan, size_t index)
{
	const struct plan_publish *publish = &plan->publishes[index];

	for (size_t i = 0; i < index; i++) {
		const struct plan_publish *other = &plan->publishes[i];

		if (other->port == publish->port && other->transport == publish->transport &&
			strcmp(other->service, publish->service) == 0)
			return true;
	}
	return false;
}

/* Is the port let in for all the world anyway? */
static bool published(const struct plan *plan, const struct plan_service *service, uint32_t port)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->port == port && publish->transport == PLAN_TCP &&
			strcmp(publish->service, service->name) == 0)
			return true;
	}
	return false;
}

/* Ports of which @service is asked by the router, and by nobody else from outside. */
static size_t probed(
	const struct plan *plan, const struct plan_service *service, uint32_t ports[NETWORK_PROBES])
{
	size_t count = enforce_network_probes(service, ports), kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!published(plan, service, ports[i]))
			ports[kept++] = ports[i];
	return kept;
}

/* Where the router's own address may go: the gateway, to what is published. */
static void write_doors(FILE *out, const struct plan *plan, bool wide)
{
	struct set set = begin_set(out, "doors", wide,
		wide ? "ipv6_addr . inet_proto . inet_service"
		     : "ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const char *to = address_of(plan_service(plan, publish->service), wide);

		if (!to || repeated(plan, i))
			continue;
		separate(&set);
		fprintf(out, "%s . %s . %u", to, transport_name(publish->transport), publish->port);
	}
	end_set(&set);
}

/* And the supervisor, to what it asks. */
static void write_asked(FILE *out, const struct plan *plan, bool wide)
{
	struct set set = begin_set(out, "asked", wide,
		wide ? "ipv6_addr . inet_proto . inet_service"
		     : "ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->service_count; i++) {
		uint32_t ports[NETWORK_PROBES];
		size_t count = probed(plan, &plan->services[i], ports);

		for (size_t j = 0; j < count; j++) {
			separate(&set);
			fprintf(out, "%s . tcp . %u", address_of(&plan->services[i], wide),
				ports[j]);
		}
	}
	end_set(&set);
}

/* Nobody in the router talks to anybody else there: the outlet listens, for services alone. */
static const char router_chains[] =
	"\tchain spoofed {\n"
	"\t\ttype filter hook prerouting priority raw; policy drop;\n"
	"\t\tiif \"lo\" accept\n"
	"\t\tiifname . ip saddr @links4 accept\n"
	"\t\tiifname . ip6 saddr @links6 accept\n"
	"\t}\n"
	"\tchain replies {\n"
	"\t\ttype filter hook prerouting priority mangle; policy accept;\n"
	"\t\tsocket transparent 1 meta mark set %d\n"
	"\t}\n"
	"\tchain forward {\n"
	"\t\ttype filter hook forward priority filter; policy drop;\n" EXISTING
	"\t\tiifname . ip saddr . ip daddr . meta l4proto . th dport @edges4 accept\n"
	"\t\tiifname . ip6 saddr . ip6 daddr . meta l4proto . th dport @edges6 accept\n%s" REFUSE
	"\t}\n"
	"\tchain input {\n"
	"\t\ttype filter hook input priority filter; policy drop;\n"
	"\t\tiif \"lo\" ct state established,related accept\n" EXISTING "%s" REFUSE "\t}\n"
	"\tchain output {\n"
	"\t\ttype filter hook output priority filter; policy drop;\n" ANSWERS
	"\t\tip daddr . meta l4proto . th dport @doors4 accept\n"
	"\t\tip6 daddr . meta l4proto . th dport @doors6 accept\n"
	"\t\tmeta skuid != { %u%s } ip daddr . meta l4proto . th dport @asked4 accept\n"
	"\t\tmeta skuid != { %u%s } ip6 daddr . meta l4proto . th dport @asked6 accept\n" REFUSE
	"\t}\n"
	"}\n";

#define BOTH_AUDITED "\t\tiifname @audited oifname @audited meta l4proto { tcp, udp } accept\n"

/* The links of those in audit mode: between two of them anything goes.  Was there one? */
static bool write_audited(FILE *out, const struct plan *plan)
{
	struct set set = {.out = out};

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		char name[NETWORK_LINK_NAME];

		if (!service->linked || !plan_audit(service, LAYER_NETWORK))
			continue;
		if (set.count == 0)
			fputs("\tset audited {\n\t\ttype ifname\n", out);
		enforce_network_link_name(service->link, name);
		separate(&set);
		fprintf(out, "\"%s\"", name);
	}
	if (set.count > 0)
		end_set(&set);
	return set.count > 0;
}

/* Towards the outlet, by the same edges: who is not in the set is refused. */
static const char outward[] =
	"\t\tiifname . ip saddr . ip daddr . meta l4proto . th dport @edges4 accept\n"
	"\t\tiifname . ip6 saddr . ip6 daddr . meta l4proto . th dport @edges6 accept\n";

char *enforce_network_rules_router(const struct plan *plan)
{
	const struct plan_network *network = &plan->network;
	char outlet[16] = "";
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(BEGIN_TABLE, out);
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
	fprintf(out, router_chains, NETWORK_MARK, audited ? BOTH_AUDITED : "",
		plan->host_edge_count ? outward : "", network->gateway_id, outlet,
		network->gateway_id, outlet);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The edges of @service, by the address of the other end. */
static void write_peers(FILE *out, const struct plan *plan, const struct plan_service *service,
	bool wide, bool towards)
{
	struct set set = begin_set(out, towards ? "connects" : "listens", wide,
		wide ? "ipv6_addr . inet_proto . inet_service"
		     : "ipv4_addr . inet_proto . inet_service");

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const char *own = towards ? edge->from : edge->to;
		const char *other =
			address_of(plan_service(plan, towards ? edge->to : edge->from), wide);

		if (edge->transport == PLAN_UNIX || !other || strcmp(own, service->name) != 0)
			continue;
		separate(&set);
		fprintf(out, "%s . %s . %u", other, transport_name(edge->transport), edge->port);
	}
	for (size_t i = 0; towards && i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		if (strcmp(edge->from, service->name) != 0)
			continue;
		separate(&set);
		fprintf(out, "%s . tcp . %u", wide ? plan->network.router6 : plan->network.router4,
			edge->port);
	}
	end_set(&set);
}

/*
 * Clients from outside keep their own addresses, so any source is right at a
 * published port, but for the other services of the stack: they need an edge.
 */
static void write_published(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	const struct plan_network *network = &plan->network;

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const char *transport = transport_name(publish->transport);

		if (strcmp(publish->service, service->name) != 0 || repeated(plan, i))
			continue;
		fprintf(out,
			"\t\tip saddr != %s %s dport %u accept\n"
			"\t\tip saddr %s %s dport %u accept\n"
			"\t\tip6 saddr != %s %s dport %u accept\n"
			"\t\tip6 saddr %s %s dport %u accept\n",
			network->prefix4, transport, publish->port, network->router4, transport,
			publish->port, network->prefix6, transport, publish->port, network->router6,
			transport, publish->port);
	}
}

/* `ready` and `healthy` are asked from the router's address. */
static void write_probed(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	uint32_t ports[NETWORK_PROBES];
	size_t count = probed(plan, service, ports);

	for (size_t i = 0; i < count; i++)
		fprintf(out,
			"\t\tip saddr %s tcp dport %u accept\n"
			"\t\tip6 saddr %s tcp dport %u accept\n",
			plan->network.router4, ports[i], plan->network.router6, ports[i]);
}

/*
 * What is translated on its way out is still "lo" here, and goes on to be judged
 * by where it leads; what leaves from a loopback address is translated, or not meant.
 */
static void write_own(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	if (!enforce_network_loopback(plan, service, false) &&
		!enforce_network_loopback(plan, service, true)) {
		fputs("\t\toif \"lo\" accept\n" ANSWERS, out);
		return;
	}
	fputs("\t\toif \"lo\" ct status & dnat == 0 accept\n" ANSWERS
	      "\t\toifname \"" NETWORK_SERVICE_LINK "\" ip saddr 127.0.0.0/8 reject\n",
		out);
}

char *enforce_network_rules_service(const struct plan *plan, const struct plan_service *service)
{
	const bool audited = plan_audit(service, LAYER_NETWORK);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(BEGIN_TABLE, out);
	for (int wide = 0; wide < 2; wide++) {
		write_peers(out, plan, service, wide, false);
		write_peers(out, plan, service, wide, true);
	}
	if (audited)
		fputs(RECORD_SETS("came") RECORD_SETS("went"), out);
	/* The table of connections is the host's: no service may fill it for all. */
	fprintf(out,
		"\tchain input {\n"
		"\t\ttype filter hook input priority filter; policy drop;\n"
		"\t\tiif \"lo\" accept\n" EXISTING "\t\tct count over %d "
		"reject\n"
		"\t\tip saddr . meta l4proto . th dport @listens4 accept\n"
		"\t\tip6 saddr . meta l4proto . th dport @listens6 accept\n",
		NETWORK_CONNECTIONS);
	write_published(out, plan, service);
	write_probed(out, plan, service);
	fputs(audited ? LET_THROUGH("came", "saddr") : "", out);
	fputs(REFUSE "\t}\n"
		     "\tchain output {\n"
		     "\t\ttype filter hook output priority filter; policy drop;\n",
		out);
	write_own(out, plan, service);
	fprintf(out,
		"\t\tct count over %d "
		"reject\n"
		"\t\tip daddr . meta l4proto . th dport @connects4 accept\n"
		"\t\tip6 daddr . meta l4proto . th dport @connects6 accept\n%s" REFUSE "\t}\n",
		NETWORK_CONNECTIONS, audited ? LET_THROUGH("went", "daddr") : "");
	enforce_network_loopback_chains(out, plan, service);
	fputs("}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
