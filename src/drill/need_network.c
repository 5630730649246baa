/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/text.h"
#include "drill/need.h"
#include "drill/need_part.h"
#include "drill/world.h"
#include "plan/plan.h"

/* Addresses for documentation (RFC 5737, 3849): nobody is there, nowhere. */
#define INTERNET "203.0.113.9"
#define INTERNET6 "2001:db8::9"
#define METADATA "169.254.169.254"

static const struct where nowhere;

void drill_need_unlinked(const struct drill_question *question)
{
	if (question->service->linked)
		drill_need_lack(question, "it has network edges");
	for (size_t i = 0; i < question->world->plan->edge_count; i++) {
		const struct plan_edge *edge = &question->world->plan->edges[i];
		if (text_equal(edge->from, question->service->name) ||
			text_equal(edge->to, question->service->name))
			drill_need_lack(question, "it has edges");
	}
}

void drill_need_host_port(const struct drill_question *question)
{
	drill_need_first(question, "127.0.0.1", nowhere);
	drill_need_second(question, question->world->host_port);
}

static const struct plan_service *peer(const struct drill_question *question, struct where *where)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		if (edge->transport == PLAN_UNIX ||
			!text_equal(edge->from, question->service->name))
			continue;
		*where = edge->where;
		return plan_service(plan, edge->to);
	}
	return NULL;
}

void drill_need_near_port(const struct drill_question *question)
{
	struct where where = {0};
	const struct plan_service *to = peer(question, &where);

	if (to && to->address4)
		drill_need_everywhere(question, to->address4, question->world->near_port, where);
	else
		drill_need_lack(question, "it connects to no port of a peer");
}

void drill_need_near_port6(const struct drill_question *question)
{
	struct where where = {0};
	const struct plan_service *to = peer(question, &where);

	if (to && to->address6)
		drill_need_everywhere(question, to->address6, question->world->near_port, where);
	else
		drill_need_lack(question, "it connects to no port of a peer");
}

bool drill_need_edge_between(
	const struct plan *plan, const struct plan_service *a, const struct plan_service *b)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if ((text_equal(plan->edges[i].from, a->name) &&
			    text_equal(plan->edges[i].to, b->name)) ||
			(text_equal(plan->edges[i].from, b->name) &&
				text_equal(plan->edges[i].to, a->name)))
			return true;
	return false;
}

/* The port it declares, if it does: a listening daemon that must not be reached from here. */
void drill_need_far_port(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *far = &plan->services[i];
		if (far == question->service || !far->address4 ||
			drill_need_edge_between(plan, far, question->service))
			continue;
		drill_need_everywhere(question, far->address4, question->world->near_port, nowhere);
		for (size_t j = 0; j < far->listen_count; j++)
			if (far->listens[j].transport == PLAN_TCP)
				drill_need_second(question, far->listens[j].first);
		return;
	}
	drill_need_lack(question, "it may talk to every service");
}

void drill_need_router_port(const struct drill_question *question)
{
	if (question->world->plan->network.router4)
		drill_need_everywhere(question, question->world->plan->network.router4,
			question->world->near_port, nowhere);
	else
		drill_need_lack(question, "the stack has no network");
}

/* By TCP. */
static const struct plan_host_edge *host_edge(const struct drill_question *question, uint32_t port)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].transport == PLAN_TCP &&
			text_equal(plan->host_edges[i].from, question->service->name) &&
			(!port || plan->host_edges[i].port == port))
			return &plan->host_edges[i];
	return NULL;
}

void drill_need_outlet_port(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].transport == PLAN_TCP &&
			!host_edge(question, plan->host_edges[i].port)) {
			drill_need_everywhere(question, plan->network.router4,
				plan->host_edges[i].port, plan->host_edges[i].where);
			return;
		}
	drill_need_lack(question, "no other service reaches the host elsewhere");
}

void drill_need_internet(const struct drill_question *question)
{
	drill_need_everywhere(question, INTERNET, 443, nowhere);
}

void drill_need_internet6(const struct drill_question *question)
{
	drill_need_everywhere(question, INTERNET6, 443, nowhere);
}

void drill_need_name_server(const struct drill_question *question)
{
	drill_need_everywhere(question, INTERNET, 53, nowhere);
}

void drill_need_metadata(const struct drill_question *question)
{
	drill_need_everywhere(question, METADATA, 80, nowhere);
}

void drill_need_free_port(const struct drill_question *question)
{
	drill_need_first(question, "0.0.0.0", nowhere);
	drill_need_second(question, question->world->free_port);
}

void drill_need_host_abstract(const struct drill_question *question)
{
	drill_need_first(question, question->world->name, nowhere);
}

void drill_need_near_abstract(const struct drill_question *question)
{
	char name[80];

	/* By nature nobody else is there: that Landlock refuses it as well is all there is to try.
	 */
	if (!question->service->landlock.scoped)
		drill_need_lack(question, "it is alone in its network, and Landlock knows names "
					  "from Linux 6.12 on");
	snprintf(name, sizeof(name), "%s-near", question->world->name);
	drill_need_first(question, name, nowhere);
	question->arguments->setting = DRILL_EVERYWHERE;
}

void drill_need_inherited(const struct drill_question *question)
{
	drill_need_first(question, "", nowhere);
	drill_need_second(question, question->world->host_port);
	question->arguments->setting = DRILL_HANDED;
}

/*
 * The edge to the service that a scenario is about; else one that says why, as what leaves the
 * stack does; else any.
 */
static const struct plan_edge *edge_of(
	const struct drill_question *question, enum plan_transport transport)
{
	const struct plan *plan = question->world->plan;
	const struct plan_edge *found = NULL;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *to = plan_service(plan, edge->to);

		if (edge->transport != transport || !to ||
			!text_equal(edge->from, question->service->name))
			continue;
		if (to == question->world->toward)
			return edge;
		if (!found || (edge->why && !found->why))
			found = edge;
	}
	return found;
}

/* What leaves the stack comes first, unless a scenario is about a peer. */
static const struct plan_host_edge *way_out(const struct drill_question *question)
{
	return question->world->toward ? NULL : host_edge(question, 0);
}

void drill_need_a_peer(const struct drill_question *question)
{
	const struct plan_host_edge *out = way_out(question);
	const struct plan_edge *edge = edge_of(question, PLAN_TCP);

	if (out)
		drill_need_everywhere(
			question, question->world->plan->network.router4, out->port, out->where);
	else if (edge)
		drill_need_everywhere(question,
			plan_service(question->world->plan, edge->to)->address4, edge->port,
			edge->where);
	else
		drill_need_lack(question, "it connects to no port of a peer");
}

/* The control has no such names: it is told the address. */
void drill_need_a_peer_name(const struct drill_question *question)
{
	const struct plan_host_edge *out = way_out(question);
	const struct plan_edge *edge = edge_of(question, PLAN_TCP);

	drill_need_a_peer(question);
	if (!edge && !out)
		return;
	drill_need_control(question, question->arguments->first);
	if (out)
		drill_need_first(question, "host", out->where);
	else
		drill_need_first(question, edge->to, edge->where);
}

/* The control has no such folder: it is told a socket of the drill's own. */
void drill_need_a_peer_socket(const struct drill_question *question)
{
	const struct plan_edge *edge = edge_of(question, PLAN_UNIX);

	drill_need_control(question, question->world->socket);
	if (edge)
		drill_need_first(question, edge->path, edge->where);
	else
		drill_need_lack(question, "it connects to no unix socket of a peer");
}

void drill_need_own_port(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_TCP) {
			drill_need_first(question, "0.0.0.0", service->listens[i].where);
			drill_need_second(question, service->listens[i].first);
			return;
		}
	drill_need_lack(question, "it listens on no port");
}
