/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses outside the stack: in the table of who connects there, and in the router's, where the
 * outlet takes the connection over under the address that it is for (a transparent socket).
 *
 * A rule for each line, since a range has no place in a set with ports: only what goes outside
 * meets them, and only those of its own service.
 */

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "base/text.h"
#include "enforce/network_link.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

static void write_prefix(FILE *out, const struct prefix *prefix)
{
	char text[PREFIX_TEXT];

	if (prefix_write(prefix, text))
		fputs(text, out);
}

void enforce_rules_outside_match(FILE *out, const struct plan *plan,
	const struct plan_outside *outside, const struct rules_way *way)
{
	struct prefix range, specials[PLAN_OUTSIDE_SPECIALS];
	const size_t count = plan_outside_ranges(plan, outside, &range, specials);
	const char *family = range.family == AF_INET6 ? "ip6" : "ip";

	if (range.bits > 0) {
		fprintf(out, "%s %s ", family, way->address);
		write_prefix(out, &range);
		fputc(' ', out);
	} else {
		fprintf(out, "meta nfproto %s ", range.family == AF_INET6 ? "ipv6" : "ipv4");
	}
	for (size_t i = 0; i < count; i++) {
		fprintf(out, i ? ", " : "%s %s != { ", family, way->address);
		write_prefix(out, &specials[i]);
	}
	fprintf(out, "%stcp %s %" PRIu32, count ? " } " : "", way->port, outside->first);
	if (outside->last != outside->first)
		fprintf(out, "-%" PRIu32, outside->last);
	fprintf(out, " %s", way->besides);
}

void enforce_rules_outside(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way)
{
	for (size_t i = 0; i < plan->outside_count; i++) {
		if (!text_equal(plan->outsides[i].from, service->name))
			continue;
		fputs("\t\t", out);
		enforce_rules_outside_match(out, plan, &plan->outsides[i], way);
		fputs("accept\n", out);
	}
}

static bool goes_outside(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; service->linked && i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, service->name))
			return true;
	return false;
}

void enforce_rules_outside_chains(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		char link[NETWORK_LINK_NAME];

		if (!goes_outside(plan, service))
			continue;
		enforce_network_link_name(service->link, link);
		fprintf(out, "\tchain outside_%s {\n", link);
		enforce_rules_outside(out, plan, service, &enforce_rules_outward);
		fputs("\t}\n", out);
	}
}

void enforce_rules_outside_jumps(FILE *out, const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->service_count; i++) {
		char link[NETWORK_LINK_NAME];

		if (!goes_outside(plan, &plan->services[i]))
			continue;
		enforce_network_link_name(plan->services[i].link, link);
		fprintf(out, "%s\"%s\" : jump outside_%s", count++ ? ", " : "\t\tiifname vmap { ",
			link, link);
	}
	fputs(count ? " }\n" : "", out);
}
