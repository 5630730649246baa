/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What goes by a line that leads outside is counted in the table of who has the line, by named
 * counters: a name's addresses come and go, and what was counted by them stays.
 *
 * Where connections are followed each has the number of its line as its mark, from its first packet
 * on: so a packet is known when the address of its name is closed by then, and costs the same with
 * one line as with hundreds.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"

/* A name of 253 letters, and ports. */
enum { LINE = 310 };

static uint32_t hash_of(const struct plan_outside *outside)
{
	char line[LINE];

	snprintf(line, sizeof(line), "%s:%" PRIu32 "-%" PRIu32 "%s",
		outside->name ? outside->name : outside->range, outside->first, outside->last,
		outside->transport == PLAN_UDP ? "/udp" : "");
	/* No number is a mark that means nothing, and those of equal ones are moved on. */
	return plan_stack_hash(line) % (UINT32_MAX / 2) + 1;
}

uint32_t enforce_rules_outside_number(const struct plan *plan, const struct plan_outside *outside)
{
	const uint32_t hash = hash_of(outside);
	uint32_t number = hash;

	/* Those of one service stand together. */
	for (const struct plan_outside *other = outside;
		other > plan->outsides && text_equal(other[-1].from, outside->from); other--)
		number += hash_of(&other[-1]) == hash;
	return number;
}

bool enforce_rules_goes_outside(const struct plan *plan, const struct plan_service *service)
{
	for (size_t i = 0; service->linked && i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, service->name))
			return true;
	return false;
}

/* Where connections are followed the kernel knows which packet of datagrams begins one. */
static void write_counted(FILE *out, uint32_t number, enum plan_transport transport, bool followed)
{
	static const char *const whats[] = {"begun", "sent", "came"};

	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		fprintf(out, "\tcounter outside%" PRIu32 "_%s {\n\t}\n", number, whats[i]);
	fprintf(out,
		"\tchain outside%" PRIu32 " {\n\t\t%scounter name \"outside%" PRIu32
		"_begun\"\n\t\tcounter name \"outside%" PRIu32 "_sent\" accept\n\t}\n",
		number, transport == PLAN_UDP ? "ct state new " : RULES_ASK, number, number);
	if (followed)
		fprintf(out,
			"\tchain returned%" PRIu32 " {\n\t\tcounter name \"outside%" PRIu32
			"_came\" accept\n\t}\n",
			number, number);
}

/* Of two lines that lead to the same port of an address one has the connection: first one that says
 * how much, or it would be no limit. */
static void write_marks(FILE *out, const struct plan *plan, const struct plan_service *service)
{
	fputs("\tchain toward {\n", out);
	for (int limited = 1; limited >= 0; limited--)
		for (size_t i = 0; i < plan->outside_count; i++) {
			const struct plan_outside *outside = &plan->outsides[i];
			char mark[48];

			if (!text_equal(outside->from, service->name) ||
				(outside->budget != 0) != limited)
				continue;
			snprintf(mark, sizeof(mark), "ct mark set %" PRIu32 " return",
				enforce_rules_outside_number(plan, outside));
			enforce_rules_each_outside(
				out, plan, outside, &enforce_rules_outward, mark);
		}
	fputs("\t}\n", out);
}

void enforce_rules_counted(
	FILE *out, const struct plan *plan, const struct plan_service *service, bool followed)
{
	if (!enforce_rules_goes_outside(plan, service))
		return;
	for (size_t i = 0; i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, service->name))
			write_counted(out, enforce_rules_outside_number(plan, &plan->outsides[i]),
				plan->outsides[i].transport, followed);
	if (followed)
		write_marks(out, plan, service);
}

void enforce_rules_counted_marks(
	FILE *out, const struct plan *plan, const struct plan_service *service)
{
	if (enforce_rules_goes_outside(plan, service))
		fputs("\t\tct state new jump toward\n", out);
}

void enforce_rules_counted_established(FILE *out, const struct plan *plan,
	const struct plan_service *service, const struct rules_way *way)
{
	size_t count = 0;

	if (!enforce_rules_goes_outside(plan, service))
		return;
	fputs("\t\tct state established ct mark vmap {", out);
	for (size_t i = 0; i < plan->outside_count; i++) {
		if (!text_equal(plan->outsides[i].from, service->name))
			continue;
		const uint32_t number = enforce_rules_outside_number(plan, &plan->outsides[i]);

		fprintf(out, "%s %" PRIu32 " : goto %s%" PRIu32, count++ ? "," : "", number,
			way->asks ? "outside" : "returned", number);
	}
	fputs(" }\n", out);
}

void enforce_rules_outside(FILE *out, const struct plan *plan, const struct plan_service *service,
	const struct rules_way *way, bool followed)
{
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];
		char verdict[96];

		if (!text_equal(outside->from, service->name))
			continue;
		const uint32_t number = enforce_rules_outside_number(plan, outside);

		if (way->asks && followed)
			snprintf(verdict, sizeof(verdict),
				"ct mark %" PRIu32 " goto outside%" PRIu32, number, number);
		else if (way->asks)
			snprintf(verdict, sizeof(verdict), "goto outside%" PRIu32, number);
		else if (followed)
			snprintf(verdict, sizeof(verdict),
				"ct mark set %" PRIu32 " goto returned%" PRIu32, number, number);
		else
			snprintf(verdict, sizeof(verdict),
				"counter name \"outside%" PRIu32 "_came\" accept", number);
		enforce_rules_each_outside(out, plan, outside, way, verdict);
	}
}
