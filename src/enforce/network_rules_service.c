/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_link.h"
#include "enforce/network_loopback.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

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

/* The edges of @service, by the address of the other end. */
static void write_peers(FILE *out, const struct plan *plan, const struct plan_service *service,
	bool wide, bool towards)
{
	struct rules_set set = enforce_rules_set_begin(
		out, towards ? "connects" : "listens", wide, enforce_rules_peer_type(wide));

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const char *own = towards ? edge->from : edge->to;
		const char *other = enforce_rules_address(
			plan_service(plan, towards ? edge->to : edge->from), wide);

		if (edge->transport == PLAN_UNIX || !other || strcmp(own, service->name) != 0)
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . %s . %u", other, enforce_rules_transport(edge->transport),
			edge->port);
	}
	for (size_t i = 0; towards && i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		if (strcmp(edge->from, service->name) != 0)
			continue;
		enforce_rules_set_element(&set);
		fprintf(out, "%s . tcp . %u", wide ? plan->network.router6 : plan->network.router4,
			edge->port);
	}
	enforce_rules_set_end(&set);
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
		const char *transport = enforce_rules_transport(publish->transport);

		if (strcmp(publish->service, service->name) != 0 || enforce_rules_repeated(plan, i))
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

/* One for each port that @service publishes: a rule of @format about the host's own clients
 * (`gateway: nat`), by their address and that port. */
static void write_clients(
	FILE *out, const struct plan *plan, const struct plan_service *service, const char *format)
{
	for (size_t i = 0; plan->network.host_link && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport == PLAN_TCP && text_equal(publish->service, service->name) &&
			!enforce_rules_repeated(plan, i))
			fprintf(out, format, plan->network.host4, publish->port);
	}
}

/* `ready` and `healthy` are asked from the router's address. */
static void write_probed(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	uint32_t ports[NETWORK_PROBES];
	size_t count = enforce_rules_probed(plan, service, ports);

	for (size_t i = 0; i < count; i++)
		fprintf(out,
			"\t\tip saddr %s tcp dport %u accept\n"
			"\t\tip6 saddr %s tcp dport %u accept\n",
			plan->network.router4, ports[i], plan->network.router6, ports[i]);
}

static bool publishes(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name))
			return true;
	return false;
}

static bool translates(const struct plan *plan, const struct plan_service *service)
{
	return enforce_network_loopback(plan, service, false) ||
	       enforce_network_loopback(plan, service, true);
}

/*
 * What is translated on its way out is still "lo" here, and goes on to be judged
 * by where it leads; what leaves from a loopback address is translated, or not meant.
 */
static void write_own(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	if (!translates(plan, service)) {
		fputs("\t\toif \"lo\" accept\n", out);
		write_clients(out, plan, service,
			"\t\tip daddr %s tcp sport %u ct state untracked accept\n");
		fputs(RULES_ANSWERS, out);
		return;
	}
	fputs("\t\toif \"lo\" ct status & dnat == 0 accept\n" RULES_ANSWERS
	      "\t\toifname \"" NETWORK_SERVICE_LINK "\" ip saddr 127.0.0.0/8 reject\n",
		out);
}

/*
 * Nothing that a service says to itself is translated or limited: to follow its connections would
 * cost it, as it does a Redis that is asked from its own loopback, and tell nobody anything.  Nor
 * are those of the host's own clients followed: who answers them is known by the address and the
 * port. What begins a connection to them is: it is no answer.
 */
static void write_untracked(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	fputs("\tchain own {\n"
	      "\t\ttype filter hook output priority raw; policy accept;\n"
	      "\t\toif \"lo\" notrack\n",
		out);
	write_clients(out, plan, service,
		"\t\tip daddr %s tcp sport %u tcp flags & (syn | ack) != syn notrack\n");
	fputs("\t}\n", out);
	if (!plan->network.host_link || !publishes(plan, service))
		return;
	fputs("\tchain clients {\n"
	      "\t\ttype filter hook prerouting priority raw; policy accept;\n",
		out);
	write_clients(out, plan, service, "\t\tip saddr %s tcp dport %u notrack\n");
	fputs("\t}\n", out);
}

char *enforce_network_rules_service(const struct plan *plan, const struct plan_service *service)
{
	static const char untracked[] = "\t\tip saddr %s tcp dport %u ct state untracked accept\n";
	const bool audited = plan_audit(service, LAYER_NETWORK);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(RULES_TABLE, out);
	for (int wide = 0; wide < 2; wide++) {
		write_peers(out, plan, service, wide, false);
		write_peers(out, plan, service, wide, true);
	}
	if (audited)
		fputs(RECORD_SETS("came") RECORD_SETS("went"), out);
	/* The table of connections is the host's: no service may fill it for all. */
	fputs("\tchain input {\n"
	      "\t\ttype filter hook input priority filter; policy drop;\n"
	      "\t\tiif \"lo\" accept\n",
		out);
	if (!translates(plan, service))
		write_clients(out, plan, service, untracked);
	fprintf(out,
		RULES_EXISTING "\t\tct count over %d "
			       "reject\n"
			       "\t\tip saddr . meta l4proto . th dport @listens4 accept\n"
			       "\t\tip6 saddr . meta l4proto . th dport @listens6 accept\n",
		NETWORK_CONNECTIONS);
	write_published(out, plan, service);
	if (translates(plan, service))
		write_clients(out, plan, service, "\t\tip saddr %s tcp dport %u accept\n");
	write_probed(out, plan, service);
	fputs(audited ? LET_THROUGH("came", "saddr") : "", out);
	fputs(RULES_REFUSE "\t}\n"
			   "\tchain output {\n"
			   "\t\ttype filter hook output priority filter; policy drop;\n",
		out);
	write_own(out, plan, service);
	fprintf(out,
		"\t\tct count over %d "
		"reject\n"
		"\t\tip daddr . meta l4proto . th dport @connects4 accept\n"
		"\t\tip6 daddr . meta l4proto . th dport @connects6 accept\n%s" RULES_REFUSE
		"\t}\n",
		NETWORK_CONNECTIONS, audited ? LET_THROUGH("went", "daddr") : "");
	if (translates(plan, service))
		enforce_network_loopback_chains(out, plan, service);
	else
		write_untracked(out, plan, service);
	fputs("}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
