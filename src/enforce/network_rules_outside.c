/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses outside the stack: in the table of who connects there, and in the router's, where the
 * outlet takes the connection over under the address that it is for (a transparent socket).
 *
 * A rule for each line, since a range has no place in a set with ports, and a name's addresses come
 * and go: only what goes outside meets them, and only those of its own service.
 */

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "base/text.h"
#include "enforce/network_link.h"
#include "enforce/network_names.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

static void write_prefix(FILE *out, const struct prefix *prefix)
{
	char text[PREFIX_TEXT];

	if (prefix_write(prefix, text))
		fputs(text, out);
}

/* Addresses of a range, but for those that it does not mean. */
static void write_range(FILE *out, const struct plan_ranges *ranges, const char *family,
	const struct rules_way *way)
{
	if (ranges->range.bits > 0) {
		fprintf(out, "%s %s ", family, way->address);
		write_prefix(out, &ranges->range);
		fputc(' ', out);
	} else {
		fprintf(out, "meta nfproto %s ",
			ranges->range.family == AF_INET6 ? "ipv6" : "ipv4");
	}
	for (size_t i = 0; i < ranges->special_count; i++) {
		fprintf(out, i ? ", " : "%s %s != { ", family, way->address);
		write_prefix(out, &ranges->specials[i]);
	}
	fputs(ranges->special_count ? " } " : "", out);
}

void enforce_rules_each_outside(FILE *out, const struct plan *plan,
	const struct plan_outside *outside, const struct rules_way *way, const char *what)
{
	if (way->streams && outside->transport != PLAN_TCP)
		return;
	for (int wide = 0; wide < 2; wide++) {
		const char *family = wide ? "ip6" : "ip";
		char name[NETWORK_NAME_SET];
		struct plan_ranges ranges;

		if (!plan_outside_ranges(plan, outside, wide ? AF_INET6 : AF_INET, &ranges))
			continue;
		fputs("\t\t", out);
		if (enforce_rules_name_set(plan, outside, wide, name))
			fprintf(out, "%s %s @%s ", family, way->address, name);
		else
			write_range(out, &ranges, family, way);
		fprintf(out, "%s %s %" PRIu32, enforce_rules_transport(outside->transport),
			way->port, outside->first);
		if (outside->last != outside->first)
			fprintf(out, "-%" PRIu32, outside->last);
		fprintf(out, " %s%s\n", way->besides, what);
	}
}

/* In the router, where what comes back is given its class (network_rules_shaped.c). */
static void write_marked(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];
		char mark[48];

		if (!text_equal(outside->from, service->name))
			continue;
		snprintf(mark, sizeof(mark), "ct mark set %" PRIu32 " accept",
			enforce_rules_outside_number(plan, outside));
		enforce_rules_each_outside(out, plan, outside, &enforce_rules_outward,
			outside->name && outside->budget ? mark : "accept");
	}
}

void enforce_rules_outside_chains(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		char link[NETWORK_LINK_NAME];

		if (!enforce_rules_goes_outside(plan, service))
			continue;
		enforce_network_link_name(service->link, link);
		enforce_rules_name_sets(out, plan, service);
		fprintf(out, "\tchain outside_%s {\n", link);
		write_marked(out, plan, service);
		fputs("\t}\n", out);
	}
}

void enforce_rules_outside_jumps(FILE *out, const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->service_count; i++) {
		char link[NETWORK_LINK_NAME];

		if (!enforce_rules_goes_outside(plan, &plan->services[i]))
			continue;
		enforce_network_link_name(plan->services[i].link, link);
		fprintf(out, "%s\"%s\" : jump outside_%s", count++ ? ", " : "\t\tiifname vmap { ",
			link, link);
	}
	fputs(count ? " }\n" : "", out);
}
