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

bool enforce_door_wide(const struct plan *plan)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (strchr(plan->publishes[i].address, ':') &&
			!text_equal(plan->publishes[i].address, "::1"))
			return true;
	return false;
}

static bool lets_anybody_in(const struct plan_publish *publish, bool wide)
{
	for (size_t i = 0; i < publish->source_count; i++)
		if ((strchr(publish->sources[i].range, ':') != NULL) == wide)
			return true;
	return publish->source_count == 0;
}

/* Those who may come by it: " ip saddr { … }", or nothing where everybody may. */
static void write_sources(FILE *out, const struct plan_publish *publish, bool wide)
{
	const char *between = wide ? " ip6 saddr { " : " ip saddr { ";
	size_t written = 0;

	for (size_t i = 0; i < publish->source_count; i++)
		if ((strchr(publish->sources[i].range, ':') != NULL) == wide &&
			strcmp(publish->sources[i].range, wide ? "::/0" : "0.0.0.0/0") != 0)
			fprintf(out, "%s%s", written++ ? ", " : between, publish->sources[i].range);
	fputs(written ? " }" : "", out);
}

/*
 * What is meant by an address to publish at, of those that this table translates:
 * who connects to one of 127.0.0.0/8 is led by a program (network_door_connect.h),
 * and ::1 the kernel leads nowhere but to lo.  NULL: none of them.
 */
static const char *match(const struct plan_publish *publish, char text[FORMAT])
{
	const char *address = publish->address;

	if (text_equal(address, "::1") || text_starts(address, "127."))
		return NULL;
	if (text_equal(address, "0.0.0.0"))
		return "ip daddr != 127.0.0.0/8 fib daddr type local";
	if (text_equal(address, "::"))
		return "ip6 daddr != ::1 fib daddr type local";
	snprintf(text, FORMAT, "%s daddr %s fib daddr type local",
		strchr(address, ':') ? "ip6" : "ip", address);
	return text;
}

/* Publish @index, the first at its door: the rule for all instances there. */
static void write_door(FILE *out, const struct plan *plan, size_t index)
{
	const struct plan_publish *publish = &plan->publishes[index];
	bool wide = strchr(publish->address, ':') != NULL;
	char text[FORMAT];
	const char *matched = match(publish, text);
	size_t count = 0;

	for (size_t i = 0; i < plan->publish_count; i++) {
		bool same = same_door(publish, &plan->publishes[i]);

		if (same && i < index)
			return;
		count += same;
	}
	if (!matched || publish->per_source || !lets_anybody_in(publish, wide))
		return;
	/* Others, and whose connections are counted, are left to the gateway.  What is under way
	 * when the table comes back is the gateway's: it is not led away. */
	fprintf(out, "\t\t%s", matched);
	write_sources(out, publish, wide);
	fprintf(out, " %s dport %u%s", enforce_rules_transport(publish->transport),
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

static void write_doors(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		write_door(out, plan, i);
}

/* Where the stack is: by its link, and by no other one. */
struct place {
	const char *link, *prefix4, *prefix6, *host4;
};

/* At once, where it is one of the host's programs that hears so; else without a word. */
static void write_refusals(FILE *out)
{
	fputs("\tchain astray {\n", out);
	fputs(RULES_RECORD("refused", RULES_LINK_BOTH, RULES_RESET), out);
	fputs("\t\tmeta l4proto tcp reject with tcp reset\n\t\tdrop\n\t}\n", out);
	fputs("\tchain strays {\n", out);
	fputs(RULES_RECORD("refused", RULES_LINK_BOTH, "drop"), out);
	fputs("\t\tdrop\n\t}\n", out);
}

/*
 * From the stack come answers to who stands for the host's clients (host4), also
 * where its router were no more what it is; what else it sends is for those that
 * this table translates, if it does.  To addresses of the stack nobody else sends:
 * no neighbour finds anything there, and where the link is gone nothing goes
 * elsewhere in its place: who is led there hears so.  What the host itself asks doors is of TCP
 * alone, and of errors about what it could not pass on.  Each packet of the host is looked at here:
 * so it is little, and what is refused is recorded where nothing else gets.
 */
static void write_guards(FILE *out, const struct place *place, bool translates, bool wide)
{
	fprintf(out,
		"\tchain guard {\n"
		"\t\ttype filter hook prerouting priority raw; policy accept;\n"
		"\t\tiifname \"%s\" goto answers\n"
		"\t\tip daddr %s goto strays\n",
		place->link, place->prefix4);
	if (wide)
		fprintf(out, "\t\tip6 daddr %s goto strays\n", place->prefix6);
	fprintf(out,
		"\t}\n"
		"\tchain answers {\n"
		"\t\tip saddr %s ip daddr %s tcp flags & (syn | ack) != syn accept\n"
		"%s"
		"\t}\n"
		"\tchain leave {\n"
		"\t\ttype filter hook output priority raw; policy accept;\n"
		"\t\tip daddr %s oifname != \"%s\" goto astray\n",
		place->prefix4, place->host4, translates ? "" : "\t\tgoto strays\n", place->prefix4,
		place->link);
	/* Whether it is about a connection, the router knows. */
	if (translates)
		fprintf(out,
			"\t\tip daddr %s icmp type { destination-unreachable, time-exceeded, "
			"parameter-problem } accept\n",
			place->prefix4);
	fprintf(out, "\t\tip daddr %s meta l4proto != tcp goto strays\n", place->prefix4);
	if (wide)
		fprintf(out, "\t\tip6 daddr %s oifname != \"%s\" goto astray\n", place->prefix6,
			place->link);
	fputs("\t}\n", out);
	write_refusals(out);
}

/*
 * What does not come through a door does not get into the link; and what does goes
 * nowhere else, where the link is gone.  Chains of nat see the first packet of each
 * connection and cost no other one anything; what belongs to none they do not see,
 * and so all that is forwarded is looked at once more.
 */
static void write_translation(FILE *out, const struct place *place, const struct plan *plan)
{
	fprintf(out,
		"\tchain known {\n"
		"\t\ttype filter hook prerouting priority mangle; policy accept;\n"
		"\t\tiifname \"%s\" ct state & (established | related) == 0 goto strays\n"
		"\t}\n"
		"\tchain way {\n"
		"\t\ttype filter hook forward priority mangle; policy accept;\n"
		"\t\toifname \"%s\" ct status & dnat == 0 goto strays\n"
		"\t}\n"
		"\tchain out {\n"
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
		"\t\toifname \"%s\" ip saddr %s accept\n"
		"\t\toifname \"%s\" ct status & dnat == 0 goto strays\n"
		"\t\toifname != \"%s\" ip daddr %s goto strays\n"
		"\t\toifname != \"%s\" ip6 daddr %s goto strays\n"
		"\t}\n"
		"\tchain arrive {\n"
		"\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
		"\t\tip saddr %s goto strays\n"
		"\t\tip6 saddr %s goto strays\n",
		place->link, place->link, place->link, place->host4, place->link, place->link,
		place->prefix4, place->link, place->prefix6, place->prefix4, place->prefix6);
	write_doors(out, plan);
	/* A loopback address does not leave the host: who comes from one is the gateway's. */
	fputs("\t}\n"
	      "\tchain look {\n"
	      "\t\ttype nat hook output priority -100; policy accept;\n"
	      "\t\tip saddr 127.0.0.0/8 accept\n",
		out);
	write_doors(out, plan);
	fputs("\t}\n", out);
}

char *enforce_network_rules_host(const struct plan *plan)
{
	const struct plan_network *network = &plan->network;
	const struct place place = {
		network->host_link, network->prefix4, network->prefix6, network->host4};
	const bool translates = plan_forwarded(plan) != 0;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fprintf(out, "table inet " NETWORK_HOST_TABLE " {\n", plan->stack);
	enforce_rules_host_recorded(out);
	write_guards(out, &place, translates, enforce_door_wide(plan));
	if (translates)
		write_translation(out, &place, plan);
	fputs("}\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
