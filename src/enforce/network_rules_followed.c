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

void enforce_rules_followed(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	const bool audited = plan_audit(service, LAYER_NETWORK);
	const bool translates = enforce_network_loopback(plan, service, false) ||
				enforce_network_loopback(plan, service, true);

	if (audited)
		fputs(RECORD_SETS("came") RECORD_SETS("went"), out);
	fputs(RULES_INPUT, out);
	enforce_rules_names_in(out, plan, service);
	enforce_rules_budget_in(out, plan, service);
	fputs(RULES_EXISTING, out);
	enforce_rules_limit(out, "");
	fputs("\t\tip saddr . meta l4proto . th dport @listens4 accept\n"
	      "\t\tip6 saddr . meta l4proto . th dport @listens6 accept\n",
		out);
	enforce_rules_published(out, plan, service, &enforce_rules_asked);
	enforce_rules_probes(out, plan, service, &enforce_rules_asked);
	fprintf(out, "%s" RULES_REFUSE "\t}\n" RULES_OUTPUT "%s",
		audited ? LET_THROUGH("came", "saddr") : "",
		translates ? translated_own : "\t\toif \"lo\" accept\n");
	enforce_rules_names_out(out, plan, service);
	enforce_rules_budget_out(out, plan, service);
	fprintf(out, RULES_ANSWERS "%s", translates ? from_loopback : "");
	enforce_rules_budget_begin(out, plan, service, "");
	enforce_rules_limit(out, "");
	fputs("\t\tip daddr . meta l4proto . th dport @connects4 accept\n"
	      "\t\tip6 daddr . meta l4proto . th dport @connects6 accept\n",
		out);
	enforce_rules_outside(out, plan, service, &enforce_rules_outward);
	fprintf(out, "%s" RULES_REFUSE "\t}\n", audited ? LET_THROUGH("went", "daddr") : "");
	enforce_rules_names_untracked(out, plan, service);
	if (translates)
		enforce_network_loopback_chains(out, plan, service);
	else
		fputs(own_untracked, out);
}
