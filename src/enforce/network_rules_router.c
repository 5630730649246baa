/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

/* By the link that it came by; what the router's own processes send has none. */
#define RECORD(answer) RULES_RECORD("refused", RULES_LINK_TARGET, answer)

/* And nobody with an address of the stack, but who stands for the host's loopback: of him it is
 * known by address and port, as of a service, what he may ask. */
static void write_strangers(FILE *out, const struct plan_network *network)
{
	fprintf(out,
		"\t\tiifname \"" NETWORK_DOOR_LINK
		"\" ip saddr %s ip daddr . meta l4proto . th dport @doors4 notrack accept\n"
		"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip saddr %s accept\n"
		"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip saddr != %s accept\n"
		"\t\tiifname \"" NETWORK_DOOR_LINK "\" ip6 saddr != %s accept\n",
		network->host4, network->host4, network->prefix4, network->prefix6);
}

/* By an edge, asked or answered: who sends is known by link and address. */
#define ASKS4 "iifname . ip saddr @links4 ip saddr . ip daddr . meta l4proto . th dport @edges4"
#define ASKS6 "iifname . ip6 saddr @links6 ip6 saddr . ip6 daddr . meta l4proto . th dport @edges6"
#define ANSWERS4                                                                                   \
	"iifname . ip saddr @links4 ip daddr . ip saddr . meta l4proto . th sport "                \
	"@edges4 " RULES_ANSWER
#define ANSWERS6                                                                                   \
	"iifname . ip6 saddr @links6 ip6 daddr . ip6 saddr . meta l4proto . th sport "             \
	"@edges6 " RULES_ANSWER

/* Datagrams say nothing of who began: that both ends know, which remember it. */
#define DATAGRAMS4                                                                                 \
	"meta l4proto udp iifname . ip saddr @links4 ip daddr . ip saddr . meta l4proto . "        \
	"th sport @edges4"
#define DATAGRAMS6                                                                                 \
	"meta l4proto udp iifname . ip6 saddr @links6 ip6 daddr . ip6 saddr . meta l4proto . "     \
	"th sport @edges6"

/*
 * Who is who, by link and address.  Edges are judged here, packet by packet, and what answers by
 * one is not followed: the shortcut lets the router hear the first packet of each connection alone,
 * and of datagrams none.
 */
static void write_spoofed(FILE *out, const struct plan *plan)
{
	const struct plan_network *network = &plan->network;

	fprintf(out,
		"\tchain spoofed {\n"
		"\t\ttype filter hook prerouting priority raw; policy drop;\n"
		"\t\tiif \"lo\" accept\n"
		"\t\tmeta l4proto tcp ip daddr != %s " ASKS4 " notrack accept\n"
		"\t\tmeta l4proto tcp ip6 daddr != %s " ASKS6 " notrack accept\n"
		"\t\t" ANSWERS4 " notrack accept\n"
		"\t\t" ANSWERS6 " notrack accept\n"
		"\t\t" DATAGRAMS4 " notrack accept\n"
		"\t\t" DATAGRAMS6 " notrack accept\n",
		network->router4, network->router6);
	enforce_rules_resolver_untracked(out, plan);
	fputs("\t\tiifname . ip saddr @links4 accept\n"
	      "\t\tiifname . ip6 saddr @links6 accept\n",
		out);
	if (network->host_link)
		write_strangers(out, network);
	fputs(RECORD("drop") "\t}\n", out);
}

/* What goes to an address outside the stack answers a client whose address the gateway kept, or is
 * for the outlet; only there are their sockets looked for.  One that listens for everybody is for
 * those who call: with `gateway: nat` the kernel leads answers past it. */
static void write_replies(FILE *out, const struct plan_network *network)
{
	fprintf(out,
		"\tchain replies {\n"
		"\t\ttype filter hook prerouting priority mangle; policy accept;\n"
		"\t\tip daddr != %s socket transparent 1 socket wildcard 0 meta mark set %d\n"
		"\t\tip6 daddr != %s socket transparent 1 socket wildcard 0 meta mark set %d\n"
		"\t\tip daddr != %s ct direction original socket transparent 1 meta mark set %d\n"
		"\t\tip6 daddr != %s ct direction original socket transparent 1 meta mark set %d\n"
		"\t}\n",
		network->prefix4, NETWORK_MARK, network->prefix6, NETWORK_MARK, network->prefix4,
		NETWORK_MARK, network->prefix6, NETWORK_MARK);
}

/* Who is away, or never was there, is as one who does not listen: of an unreachable host a socket
 * for datagrams is not told (ip(7), IP_RECVERR). */
#define NOWHERE                                                                                    \
	"\t\toifname \"" NETWORK_NOWHERE_LINK "\" meta l4proto tcp reject with tcp reset\n"        \
	"\t\toifname \"" NETWORK_NOWHERE_LINK "\" reject with icmpx port-unreachable\n"

/* By an edge; or towards the outlet, by one as well. */
#define BY_EDGES "\t\t" ASKS4 " accept\n\t\t" ASKS6 " accept\n"

/* Errors about datagrams by an edge, which the kernel does not know here; the table of who gets
 * them knows which are about any that it sent. */
#define ABOUT_DATAGRAMS                                                                            \
	"\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } "             \
	"ip saddr . ip daddr @exchange4 accept\n"                                                  \
	"\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, "               \
	"parameter-problem } ip6 saddr . ip6 daddr @exchange6 accept\n"

/* `gateway: nat`: by the door's link come those from outside, to what is published: so many that
 * the kernel remembers them for one service, and leaves room for the others. */
static void write_door(FILE *out, const struct plan *plan)
{
	char which[96];

	for (size_t i = 0; i < plan->service_count; i++) {
		if (!enforce_rules_publishes(plan, &plan->services[i]))
			continue;
		for (int wide = 0; wide < 2; wide++) {
			snprintf(which, sizeof(which),
				"iifname \"" NETWORK_DOOR_LINK "\" %s daddr %s ",
				wide ? "ip6" : "ip",
				enforce_rules_address(&plan->services[i], wide));
			enforce_rules_limit(out, which);
		}
	}
	fputs("\t\tiifname \"" NETWORK_DOOR_LINK
	      "\" ip daddr . meta l4proto . th dport @doors4 accept\n"
	      "\t\tiifname \"" NETWORK_DOOR_LINK
	      "\" ip6 daddr . meta l4proto . th dport @doors6 accept\n",
		out);
}

static void write_forward(FILE *out, const struct plan *plan, bool audited)
{
	fputs("\tchain forward {\n"
	      "\t\ttype filter hook forward priority filter; policy drop;\n" NOWHERE,
		out);
	enforce_rules_shaped(out, plan);
	fputs("\t\tmeta l4proto { tcp, udp } ct state untracked accept\n" ABOUT_DATAGRAMS
			RULES_EXISTING BY_EDGES,
		out);
	if (plan->network.host_link)
		write_door(out, plan);
	if (audited)
		fputs("\t\tiifname @audited oifname @audited meta l4proto { tcp, udp } accept\n",
			out);
	fputs(RECORD(RULES_RESET) RULES_REFUSE "\t}\n", out);
}

/* Nobody in the router talks to anybody else there: the outlet listens, for services alone. */
static void write_input(FILE *out, const struct plan *plan)
{
	char link[NETWORK_LINK_NAME], which[64];

	fputs("\tchain input {\n"
	      "\t\ttype filter hook input priority filter; policy drop;\n"
	      "\t\tiif \"lo\" ct state established,related accept\n" RULES_EXISTING,
		out);
	enforce_rules_resolver_in(out, plan, "udp");
	for (size_t i = 0; i < plan->service_count; i++) {
		if (!enforce_network_outward(plan, &plan->services[i]))
			continue;
		enforce_network_link_name(plan->services[i].link, link);
		snprintf(which, sizeof(which), "iifname \"%s\" ", link);
		enforce_rules_limit(out, which);
	}
	enforce_rules_resolver_in(out, plan, "tcp");
	fputs(plan->host_edge_count ? BY_EDGES : "", out);
	enforce_rules_outside_jumps(out, plan);
	fputs(RECORD(RULES_RESET) RULES_REFUSE "\t}\n", out);
}

/* Who meets the world outside has no use for what is asked. */
static void write_output(FILE *out, const struct plan *plan)
{
	const struct plan_network *network = &plan->network;
	char others[32] = "";

	if (network->outlet_id)
		snprintf(others, sizeof(others), ", %u", network->outlet_id);
	if (network->resolver_id)
		snprintf(others + strlen(others), sizeof(others) - strlen(others), ", %u",
			network->resolver_id);
	fputs("\tchain output {\n"
	      "\t\ttype filter hook output priority filter; policy drop;\n" NOWHERE,
		out);
	enforce_rules_shaped(out, plan);
	enforce_rules_resolver_out(out, plan);
	fprintf(out,
		RULES_RESETS RULES_ANSWERS
		"\t\tip daddr . meta l4proto . th dport @doors4 accept\n"
		"\t\tip6 daddr . meta l4proto . th dport @doors6 accept\n"
		"\t\tmeta skuid != { %u%s } ip daddr . meta l4proto . th dport @asked4 accept\n"
		"\t\tmeta skuid != { %u%s } ip6 daddr . meta l4proto . th dport @asked6 "
		"accept\n" RECORD(RULES_RESET) RULES_REFUSE "\t}\n",
		network->gateway_id, others, network->gateway_id, others);
}

char *enforce_network_rules_router(const struct plan *plan)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(RULES_TABLE, out);
	bool audited = enforce_rules_router_sets(out, plan);
	enforce_rules_router_recorded(out);
	write_spoofed(out, plan);
	write_replies(out, &plan->network);
	write_forward(out, plan, audited);
	enforce_rules_outside_chains(out, plan);
	enforce_rules_resolver_chain(out, plan);
	write_input(out, plan);
	write_output(out, plan);
	fputs("}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
