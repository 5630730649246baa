/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "base/text.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

/* Who of a family may come to a port: those of several publishes together. */
struct sources {
	const struct plan *plan;
	const char *service;
	enum plan_transport transport;
	uint32_t port;
	int family;
};

/* The ranges of publish @index, when it is of that port; else none. */
static size_t count_of(const struct sources *sources, size_t index)
{
	const struct plan_publish *publish = &sources->plan->publishes[index];
	bool same = publish->transport == sources->transport && publish->port == sources->port &&
		    text_equal(publish->service, sources->service);

	return same ? publish->source_count : 0;
}

static bool range_of(const struct plan_source *source, struct prefix *range)
{
	return source->range && prefix_parse(source->range, strlen(source->range), range);
}

/* Is @range within one of another place, or of the same and an earlier place?  The kernel takes no
 * ranges that overlap. */
static bool repeated(
	const struct sources *sources, size_t at, size_t item, const struct prefix *range)
{
	for (size_t i = 0; i < sources->plan->publish_count; i++)
		for (size_t j = 0; j < count_of(sources, i); j++) {
			const bool earlier = i < at || (i == at && j < item);
			struct prefix other;

			if ((i != at || j != item) &&
				range_of(&sources->plan->publishes[i].sources[j], &other) &&
				prefix_covers(&other, range) &&
				(other.bits < range->bits || earlier))
				return true;
		}
	return false;
}

/* Does a publish of the port let everybody of the family in? */
static bool everybody(const struct sources *sources)
{
	for (size_t i = 0; i < sources->plan->publish_count; i++) {
		const struct plan_publish *publish = &sources->plan->publishes[i];

		if (publish->transport == sources->transport && publish->port == sources->port &&
			text_equal(publish->service, sources->service) &&
			publish->source_count == 0)
			return true;
		for (size_t j = 0; j < count_of(sources, i); j++) {
			struct prefix range;

			if (range_of(&publish->sources[j], &range) &&
				range.family == sources->family && range.bits == 0)
				return true;
		}
	}
	return false;
}

/* "10.0.0.0/8, 192.0.2.1", after @before, which is written when there is one; how many. */
static size_t write_ranges(FILE *out, const struct sources *sources, const char *before)
{
	size_t written = 0;

	for (size_t i = 0; i < sources->plan->publish_count; i++)
		for (size_t j = 0; j < count_of(sources, i); j++) {
			const struct plan_source *source = &sources->plan->publishes[i].sources[j];
			struct prefix range;

			if (!range_of(source, &range) || range.family != sources->family ||
				repeated(sources, i, j, &range))
				continue;
			fprintf(out, "%s%s", written++ ? ", " : before, source->range);
		}
	return written;
}

/* It is let through, and counted. */
static void write_verdict(FILE *out, const struct sources *sources, const struct rules_way *way)
{
	const char *door = enforce_rules_door(sources->transport);

	if (way->uncounted)
		fputs("accept\n", out);
	else if (way->asks)
		fprintf(out, "goto %s%u\n", door, sources->port);
	else
		fprintf(out, "counter name \"%s%u_sent\" accept\n", door, sources->port);
}

/*
 * Clients from outside keep their own addresses, so any that is let in is right at a
 * published port, but for the other services of the stack: they need an edge.
 */
static void write_outsiders(FILE *out, const struct sources *sources, const struct rules_way *way)
{
	const struct plan_network *network = &sources->plan->network;
	const bool wide = sources->family == AF_INET6, all = everybody(sources);
	const char *family = wide ? "ip6" : "ip";
	char before[64];

	snprintf(before, sizeof(before), "\t\t%s %s { ", family, way->address);
	if (!all && !write_ranges(out, sources, before))
		return;
	fprintf(out, "%s%s %s != %s %s %s %u %s", all ? "\t\t" : " } ", family, way->address,
		wide ? network->prefix6 : network->prefix4,
		enforce_rules_transport(sources->transport), way->port, sources->port,
		way->besides);
	write_verdict(out, sources, way);
}

/* The host's own clients have an address of the stack, whoever they are, and are named first: they
 * are the ones that are near. */
static void write_published(FILE *out, const struct sources *of, const struct rules_way *way)
{
	const struct plan_network *network = &of->plan->network;
	const char *const one[] = {
		network->host_link ? network->host4 : NULL, network->router4, network->router6};
	struct sources sources = *of;

	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		if (one[i]) {
			fprintf(out, "\t\t%s %s %s %s %s %u %s", strchr(one[i], ':') ? "ip6" : "ip",
				way->address, one[i], enforce_rules_transport(of->transport),
				way->port, of->port, way->besides);
			write_verdict(out, of, way);
		}
	for (int wide = 0; wide < 2; wide++) {
		sources.family = wide ? AF_INET6 : AF_INET;
		write_outsiders(out, &sources, way);
	}
}

/* Of what is followed its first packet alone comes here; datagrams always are. */
static void write_door(FILE *out, const struct plan_publish *publish, bool followed)
{
	const char *door = enforce_rules_door(publish->transport);
	const uint32_t port = publish->port;

	fprintf(out, "\tcounter %s%u_begun {\n\t}\n", door, port);
	if (!followed)
		fprintf(out, "\tcounter %s%u_came {\n\t}\n\tcounter %s%u_sent {\n\t}\n", door, port,
			door, port);
	fprintf(out, "\tchain %s%u {\n\t\t%scounter name \"%s%u_begun\"\n\t\t", door, port,
		publish->transport == PLAN_TCP ? RULES_ASK : "", door, port);
	if (!followed)
		fprintf(out, "counter name \"%s%u_came\" ", door, port);
	fputs("accept\n\t}\n", out);
}

void enforce_rules_doors(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool followed)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name) &&
			!enforce_rules_repeated(plan, i))
			write_door(out, &plan->publishes[i], followed);
}

void enforce_rules_published(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const struct sources sources = {.plan = plan,
			.service = service->name,
			.transport = publish->transport,
			.port = publish->port};

		if (!(way->streams && publish->transport != PLAN_TCP) &&
			text_equal(publish->service, service->name) &&
			!enforce_rules_repeated(plan, i))
			write_published(out, &sources, way);
	}
}
