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

/*
 * The edges of @service, by the address of the other end: in set @name those @towards its peers,
 * which count what passes, or those of who connects to it.  How many.
 */
static size_t write_peers(FILE *out, const struct plan *plan, const struct plan_service *service,
	bool wide, const char *name, bool towards)
{
	struct rules_set set =
		enforce_rules_set_begin(out, name, wide, enforce_rules_peer_type(wide));

	if (towards)
		enforce_rules_set_counts(&set);
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const char *own = towards ? edge->from : edge->to;

		if (edge->transport == PLAN_UNIX || strcmp(own, service->name) != 0)
			continue;
		const char *other = enforce_rules_address(
			plan_service(plan, towards ? edge->to : edge->from), wide);
		if (!other)
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
		fprintf(out, "%s . %s . %u", wide ? plan->network.router6 : plan->network.router4,
			enforce_rules_transport(edge->transport), edge->port);
	}
	enforce_rules_set_end(&set);
	return set.count;
}

/* Errors that come from outside about a client's connection; which of them are about one, the
 * router's table knows, and the socket by the numbers of its bytes (RFC 5927). */
static const char errors_from_outside[] =
	"\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } accept\n"
	"\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, "
	"parameter-problem } accept\n";

/*
 * Of TCP each packet says enough: by whom, at which port, and whether it asks for a connection,
 * which only a packet with SYN and without ACK does.  Nobody here can make packets of his own: for
 * that stand capabilities, filter and cgroup.  So no connection is remembered, and none is looked
 * for.
 */
static void write_each_packet(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	/* Asked once of each packet, for both families. */
	fputs("\tchain begins {\n" RULES_BEGIN "\t}\n" RULES_INPUT, out);
	enforce_rules_budget_in(out, plan, service);
	enforce_rules_published(out, plan, service, &enforce_rules_asked);
	fputs("\t\tip saddr . meta l4proto . th dport @listens4 accept\n"
	      "\t\tip6 saddr . meta l4proto . th dport @listens6 accept\n"
	      "\t\tip saddr . meta l4proto . th sport @answers4 " RULES_ANSWER " accept\n"
	      "\t\tip6 saddr . meta l4proto . th sport @answers6 " RULES_ANSWER " accept\n",
		out);
	enforce_rules_outside(out, plan, service, &enforce_rules_returned, false);
	enforce_rules_probes(out, plan, service, &enforce_rules_asked);
	fputs(enforce_rules_publishes(plan, service) ? errors_from_outside : "", out);
	fputs(RULES_RECORD("came", RULES_SOURCE, RULES_RESET) RULES_REFUSE
		"\t}\n" RULES_OUTPUT "\t\toif \"lo\" accept\n",
		out);
	enforce_rules_budget_out(out, plan, service);
	enforce_rules_budget_begin(out, plan, service, RULES_ASK);
	enforce_rules_published(out, plan, service, &enforce_rules_answered);
	fputs("\t\tip daddr . meta l4proto . th sport @listens4 " RULES_ANSWER " accept\n"
	      "\t\tip6 daddr . meta l4proto . th sport @listens6 " RULES_ANSWER " accept\n"
	      "\t\t" RULES_ASK "jump begins\n" RULES_TOWARDS,
		out);
	enforce_rules_outside(out, plan, service, &enforce_rules_outward, false);
	enforce_rules_probes(out, plan, service, &enforce_rules_answered);
	fputs(RULES_RESETS RULES_RECORD("went", RULES_TARGET, RULES_RESET) RULES_REFUSE "\t}\n",
		out);
}

bool enforce_rules_follows(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].transport == PLAN_UDP &&
			text_equal(plan->edges[i].to, service->name))
			return true;
	for (size_t i = 0; i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_UDP &&
			text_equal(plan->publishes[i].service, service->name))
			return true;
	return plan_sends_datagrams(plan, service) || plan_audit(service, LAYER_NETWORK) ||
	       plan_asks_names(plan, service) || enforce_rules_counts(plan, service) ||
	       enforce_network_loopback(plan, service, false) ||
	       enforce_network_loopback(plan, service, true);
}

char *enforce_network_rules_service(const struct plan *plan, const struct plan_service *service)
{
	char *text = NULL;
	size_t length, towards[2];
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fputs(RULES_TABLE, out);
	for (int wide = 0; wide < 2; wide++) {
		write_peers(out, plan, service, wide, "listens", false);
		write_peers(out, plan, service, wide, "connects", true);
		towards[wide] = write_peers(out, plan, service, wide, "answers", true);
	}
	enforce_rules_name_sets(out, plan, service);
	enforce_rules_recorded(out, towards);
	const bool followed = enforce_rules_follows(plan, service);
	enforce_rules_doors(out, plan, service, followed);
	enforce_rules_counted(out, plan, service, followed);
	enforce_rules_budgets(out, plan, service);
	if (followed)
		enforce_rules_followed(out, plan, service, towards[0] || towards[1]);
	else
		write_each_packet(out, plan, service);
	fputs("}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
