/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A service whose connections the kernel must remember: with datagrams, of which none says whether
 * it asks or answers; with `at`, which translates; and in audit mode, where what no edge allows is
 * noted once for a connection.
 */

#include <stdbool.h>
#include <stdio.h>

#include "enforce/network_link.h"
#include "enforce/network_loopback.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

/* Audit mode: what no edge allows is recorded as ever, and let through. */
#define LET_THROUGH "\t\tmeta l4proto { tcp, udp } accept\n"

/* What belongs to a connection is let through anyway: by an edge first, that it is counted. */
static const char counted_in[] =
	"\t\tct state established ip saddr . meta l4proto . th sport @answers4 accept\n"
	"\t\tct state established ip6 saddr . meta l4proto . th sport @answers6 accept\n";
static const char counted_out[] =
	"\t\tct state established ip daddr . meta l4proto . th dport @connects4 accept\n"
	"\t\tct state established ip6 daddr . meta l4proto . th dport @connects6 accept\n";

/*
 * What is translated on its way out is still "lo" here, and goes on to be judged
 * by where it leads; what leaves from a loopback address is translated, or not meant.
 */
static const char translated_own[] = "\t\toif \"lo\" ct status & dnat == 0 accept\n";
static const char from_loopback[] =
	"\t\toifname \"" NETWORK_SERVICE_LINK "\" ip saddr 127.0.0.0/8 reject\n";

/* Nothing that a service says to itself is limited: to follow it would cost it, as it does a Redis
 * that is asked from its own loopback, and tell nobody anything. */
static const char own_untracked[] = "\tchain own {\n"
				    "\t\ttype filter hook output priority raw; policy accept;\n"
				    "\t\toif \"lo\" notrack\n"
				    "\t}\n";

/* A reload may have begun to follow what was open by then: each packet of TCP says whether it asks
 * for a connection, and what does not goes on by its edge.  That is looked at first: an element of
 * a set counts what it is asked about. */
static void write_open_before(FILE *out)
{
	fputs("\t\tip daddr . meta l4proto . th sport @listens4 " RULES_ANSWER " accept\n"
	      "\t\tip6 daddr . meta l4proto . th sport @listens6 " RULES_ANSWER " accept\n"
	      "\t\t" RULES_ANSWER " ip daddr . meta l4proto . th dport @connects4 accept\n"
	      "\t\t" RULES_ANSWER " ip6 daddr . meta l4proto . th dport @connects6 accept\n",
		out);
}

void enforce_rules_followed(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool towards)
{
	const bool audited = plan_audit(service, LAYER_NETWORK);
	const bool translates = enforce_network_loopback(plan, service, false) ||
				enforce_network_loopback(plan, service, true);

	fputs(RULES_INPUT, out);
	enforce_rules_names_in(out, plan, service);
	enforce_rules_budget_in(out, plan, service);
	fputs(towards ? counted_in : "", out);
	enforce_rules_counted_established(out, plan, service, &enforce_rules_returned);
	fputs(RULES_EXISTING, out);
	fputs("\t\t" RULES_ANSWER " ip saddr . meta l4proto . th sport @answers4 accept\n"
	      "\t\t" RULES_ANSWER " ip6 saddr . meta l4proto . th sport @answers6 accept\n",
		out);
	enforce_rules_outside(out, plan, service, &enforce_rules_returned, true);
	enforce_rules_limit(out, "");
	fputs("\t\tip saddr . meta l4proto . th dport @listens4 accept\n"
	      "\t\tip6 saddr . meta l4proto . th dport @listens6 accept\n",
		out);
	enforce_rules_published(out, plan, service, &enforce_rules_asked);
	enforce_rules_probes(out, plan, service, &enforce_rules_asked);
	fprintf(out, "%s" RULES_REFUSE "\t}\n" RULES_OUTPUT "%s",
		audited ? RULES_RECORD("came", RULES_SOURCE, "accept") LET_THROUGH
			: RULES_RECORD("came", RULES_SOURCE, RULES_RESET),
		translates ? translated_own : "\t\toif \"lo\" accept\n");
	enforce_rules_names_out(out, plan, service, "udp");
	enforce_rules_counted_marks(out, plan, service);
	enforce_rules_budget_out(out, plan, service);
	fputs(towards ? counted_out : "", out);
	enforce_rules_counted_established(out, plan, service, &enforce_rules_outward);
	fprintf(out, RULES_ANSWERS "%s", translates ? from_loopback : "");
	write_open_before(out);
	enforce_rules_outside(out, plan, service, &enforce_rules_asks_on, true);
	enforce_rules_published(out, plan, service, &enforce_rules_goes_on);
	enforce_rules_probes(out, plan, service, &enforce_rules_answered);
	enforce_rules_budget_begin(out, plan, service, "");
	enforce_rules_limit(out, "");
	enforce_rules_names_out(out, plan, service, "tcp");
	fputs(RULES_BEGIN RULES_TOWARDS, out);
	enforce_rules_outside(out, plan, service, &enforce_rules_outward, true);
	fprintf(out, "%s" RULES_REFUSE "\t}\n",
		audited ? RULES_RECORD("went", RULES_TARGET, "accept") LET_THROUGH
			: RULES_RECORD("went", RULES_TARGET, RULES_RESET));
	enforce_rules_names_untracked(out, plan, service);
	if (translates)
		enforce_network_loopback_chains(out, plan, service);
	else
		fputs(own_untracked, out);
}
