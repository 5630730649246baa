/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

enum { FORMAT = 400 };

static bool same_door(const struct plan_publish *left, const struct plan_publish *right)
{
	return left->transport == right->transport && left->port == right->port &&
	       left->host_port == right->host_port && text_equal(left->address, right->address);
}

/*
 * What is meant by an address to publish at.  A packet from another machine is
 * translated before the kernel asks whether it may have a loopback address
 * (@arriving); and the kernel leads ::1 nowhere but to lo.  NULL: not for this chain.
 */
static const char *match(const struct plan_publish *publish, bool arriving, char text[FORMAT])
{
	const char *address = publish->address;
	bool wide = strchr(address, ':') != NULL;

	if (text_equal(address, "::1") || (arriving && text_starts(address, "127.")))
		return NULL;
	if (text_equal(address, "0.0.0.0"))
		return arriving ? "ip daddr != 127.0.0.0/8 fib daddr type local"
				: "meta nfproto ipv4 fib daddr type local";
	if (text_equal(address, "::"))
		return "ip6 daddr != ::1 fib daddr type local";
	snprintf(text, FORMAT, "%s daddr %s%s", wide ? "ip6" : "ip", address,
		text_starts(address, "127.") ? "" : " fib daddr type local");
	return text;
}

/* Publish @index, the first at its door: the rule for all instances there. */
static void write_door(FILE *out, const struct plan *plan, size_t index, bool arriving)
{
	const struct plan_publish *publish = &plan->publishes[index];
	bool wide = strchr(publish->address, ':') != NULL;
	char text[FORMAT];
	const char *matched = match(publish, arriving, text);
	size_t count = 0;

	for (size_t i = 0; i < plan->publish_count; i++) {
		bool same = same_door(publish, &plan->publishes[i]);

		if (same && i < index)
			return;
		count += same;
	}
	if (!matched)
		return;
	/* What is under way when the table comes back is the gateway's: it is not led away. */
	fprintf(out, "\t\t%s %s dport %u%s", matched, enforce_rules_transport(publish->transport),
		publish->host_port,
		publish->transport == PLAN_TCP ? " tcp flags & (fin | syn | rst | ack) == syn"
					       : "");
	struct rules_deal deal = enforce_rules_deal_begin(out, wide, count);
	for (size_t i = index; i < plan->publish_count; i++) {
		const struct plan_publish *other = &plan->publishes[i];

		if (same_door(publish, other))
			enforce_rules_deal(&deal,
				enforce_rules_address(plan_service(plan, other->service), wide),
				other->port);
	}
}

static void write_doors(FILE *out, const struct plan *plan, bool arriving)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		write_door(out, plan, i, arriving);
}

/*
 * From the stack come answers alone, also where its router were no more what it
 * is, and from nobody else what has an address of the stack.  What does not come
 * through a door does not get into the link, so that a neighbour who sends to an
 * address of the stack finds nothing; and what does goes nowhere else, where the
 * link is gone.  Chains of nat see the first packet of each connection and cost no
 * other one anything; what belongs to none they do not see, and so all that is
 * forwarded is looked at once more.
 */
static const char guards[] = "\tchain guard {\n"
			     "\t\ttype filter hook prerouting priority mangle; policy accept;\n"
			     "\t\tiifname \"%s\" ct state & (established | related) == 0 drop\n"
			     "\t}\n"
			     "\tchain way {\n"
			     "\t\ttype filter hook forward priority mangle; policy accept;\n"
			     "\t\toifname \"%s\" ct status & dnat == 0 drop\n"
			     "\t}\n"
			     "\tchain leave {\n"
			     "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
			     "\t\toifname \"%s\" ct status & dnat == 0 drop\n"
			     "\t\toifname != \"%s\" ip daddr %s drop\n"
			     "\t\toifname != \"%s\" ip6 daddr %s drop\n"
			     "\t\toifname \"%s\" ip saddr 127.0.0.0/8 snat ip to %s\n"
			     "\t}\n"
			     "\tchain arrive {\n"
			     "\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
			     "\t\tip saddr %s drop\n"
			     "\t\tip6 saddr %s drop\n";

char *enforce_network_rules_host(const struct plan *plan)
{
	const struct plan_network *network = &plan->network;
	const char *link = network->host_link;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fprintf(out, "table inet " NETWORK_HOST_TABLE " {\n", plan->stack);
	fprintf(out, guards, link, link, link, link, network->prefix4, link, network->prefix6, link,
		network->host4, network->prefix4, network->prefix6);
	write_doors(out, plan, true);
	fputs("\t}\n"
	      "\tchain look {\n"
	      "\t\ttype nat hook output priority -100; policy accept;\n",
		out);
	write_doors(out, plan, false);
	fputs("\t}\n}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
