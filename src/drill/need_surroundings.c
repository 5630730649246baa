/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attempts on the surroundings of a stack are told. */
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
