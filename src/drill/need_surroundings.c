/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attempts on the surroundings of a stack are told. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "base/text.h"
#include "drill/made.h"
#include "drill/need.h"
#include "drill/need_part.h"
#include "drill/world.h"
#include "plan/plan.h"

#define METADATA6 "fd00:ec2::254"
#define LINK_LOCAL "169.254.77.7"
#define LINK_LOCAL6 "fe80::1"
/* Resolvers that data is known to be carried out by, since everybody may ask them. */
#define KNOWN_RESOLVER "1.1.1.1"
#define KNOWN_RESOLVER6 "2606:4700:4700::1111"

enum { HTTP = 80, DNS = 53, DNS_TLS = 853 };

static const struct where nowhere;

void drill_need_metadata6(const struct drill_question *question)
{
	drill_need_everywhere(question, METADATA6, HTTP, nowhere);
}

void drill_need_link_local(const struct drill_question *question)
{
	drill_need_everywhere(question, LINK_LOCAL, question->world->near_port, nowhere);
}

void drill_need_link_local6(const struct drill_question *question)
{
	const char *own = question->world->router_link;

	drill_need_everywhere(
		question, *own ? own : LINK_LOCAL6, question->world->near_port, nowhere);
}

/* Its groups the attempt knows by itself. */
void drill_need_around(const struct drill_question *question)
{
	drill_need_everywhere(question, "everybody", question->world->near_port, nowhere);
}

static void resolver(const struct drill_question *question, const char *address)
{
	if (address)
		drill_need_everywhere(question, address, DNS, nowhere);
	else
		drill_need_lack(question, "the stack has no network");
}

void drill_need_resolver(const struct drill_question *question)
{
	resolver(question, question->world->plan->network.router4);
}

void drill_need_resolver6(const struct drill_question *question)
{
	resolver(question, question->world->plan->network.router6);
}

void drill_need_known_resolver(const struct drill_question *question)
{
	resolver(question, KNOWN_RESOLVER);
}

void drill_need_known_resolver6(const struct drill_question *question)
{
	resolver(question, KNOWN_RESOLVER6);
}

void drill_need_known_tls(const struct drill_question *question)
{
	drill_need_everywhere(question, KNOWN_RESOLVER, DNS_TLS, nowhere);
}

static bool connects(const struct drill_attempt *attempt)
{
	const char *dash = strrchr(attempt->name, '-');

	if (attempt->made)
		return text_equal(attempt->made->base, "undeclared-peer");
	return text_starts(attempt->name, "connect-") || text_equal(dash, "-stream");
}

static bool asks(const struct drill_attempt *attempt)
{
	if (attempt->made)
		return text_equal(attempt->made->base, "undeclared-datagram");
	return text_starts(attempt->name, "ask-");
}

/* Does @outside mean @address, which is of @family?  An address of this machine is meant by name
 * alone; the addresses of a name are those that were answered, and nobody answers in a drill. */
static bool means(const struct plan *plan, const struct plan_outside *outside, int family,
	const unsigned char *address, bool alone)
{
	struct plan_ranges ranges;

	if (outside->name || !plan_outside_ranges(plan, outside, family, &ranges))
		return false;
	bool held = prefix_holds(&ranges.range, address) &&
		    (!alone || ranges.range.bits == (family == AF_INET ? 32 : 128));
	for (size_t i = 0; i < ranges.special_count; i++)
		held = held && !prefix_holds(&ranges.specials[i], address);
	return held;
}

void drill_need_undeclared(
	const struct drill_question *question, const struct drill_attempt *attempt)
{
	const struct plan *plan = question->world->plan;
	const struct drill_arguments *arguments = question->arguments;
	unsigned char address[16];
	int family = strchr(arguments->first, ':') ? AF_INET6 : AF_INET;
	unsigned long port = strtoul(arguments->second, NULL, 10);
	bool alone = attempt->made && !attempt->made->to;

	if (attempt->kind != DRILL_INET || arguments->setting != DRILL_EVERYWHERE ||
		arguments->lacking || (!connects(attempt) && !asks(attempt)) ||
		inet_pton(family, arguments->first, address) != 1)
		return;
	const enum plan_transport transport = connects(attempt) ? PLAN_TCP : PLAN_UDP;
	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];

		if (!text_equal(outside->from, question->service->name) ||
			outside->transport != transport || port < outside->first ||
			port > outside->last || !means(plan, outside, family, address, alone))
			continue;
		drill_need_lack(question, "an edge leads there");
		question->arguments->where = outside->where;
	}
}
