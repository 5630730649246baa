/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "policy/budget.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/loopback.h"
#include "policy/node.h"
#include "policy/outside.h"
#include "policy/reading.h"

static const struct policy_listen *find_socket(
	const struct policy_service *peer, const struct policy_endpoint *to)
{
	for (size_t i = 0; i < peer->listen_count; i++)
		if (peer->listens[i].path && strcmp(peer->listens[i].path, to->path) == 0)
			return &peer->listens[i];
	return NULL;
}

static const struct policy_listen *find_port(
	const struct policy_service *peer, enum policy_transport transport, unsigned port)
{
	for (size_t i = 0; i < peer->listen_count; i++)
		if (peer->listens[i].transport == transport && peer->listens[i].first <= port &&
			peer->listens[i].last >= port)
			return &peer->listens[i];
	return NULL;
}

/* What @peer listens on, for a hint: "3000, 53/udp". */
static const char *describe_listens(
	struct policy_reading *reading, const struct policy_service *peer)
{
	char text[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < peer->listen_count && used + 16 < sizeof(text); i++) {
		const struct policy_listen *listen = &peer->listens[i];
		const char *comma = i ? ", " : "";

		if (listen->path)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "%sunix:%s", comma, listen->path);
		else if (listen->first == listen->last)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u%s", comma,
				listen->first, listen->transport == POLICY_UDP ? "/udp" : "");
		else
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u-%u%s",
				comma, listen->first, listen->last,
				listen->transport == POLICY_UDP ? "/udp" : "");
		if (used >= sizeof(text))
			break;
	}
	return policy_copy(reading, text);
}

static void refuse_edge(struct policy_reading *reading, const struct policy_edge *edge,
	const struct policy_draft *peer, unsigned port)
{
	const struct policy_service *service = &peer->service;
	struct report_entry *entry;

	if (edge->to.path)
		entry = policy_error_at(reading, edge->where, edge->width,
			"'%s' does not listen on socket %s", service->name, edge->to.path);
	else
		entry = policy_error_at(reading, edge->where, edge->width,
			"'%s' does not listen on port %u%s", service->name, port,
			edge->to.transport == POLICY_UDP ? "/udp" : "");
	if (service->listen_count) {
		report_other(entry, service->listens[0].where, "it listens here");
		report_hint(reading->report, entry, "'%s' listens on %s", service->name,
			describe_listens(reading, service));
	} else {
		report_other(entry, service->where, "it listens on nothing");
		report_hint(reading->report, entry, "add listens to '%s'", service->name);
	}
}

static bool is_outside(const struct policy_endpoint *to)
{
	return to->kind == PEER_ADDRESSES || to->kind == PEER_NAME || to->kind == PEER_WILDCARD;
}

/* A range as short as it can be written. */
static const char *name_of(struct policy_reading *reading, const struct policy_endpoint *to)
{
	char shortest[PREFIX_TEXT];

	if (to->kind == PEER_ADDRESSES && prefix_write(&to->prefix, shortest))
		return policy_copy(reading, shortest);
	return to->peer;
}

static void add_connect(struct policy_reading *reading, struct policy_service *service,
	const struct policy_edge *edge, const struct policy_draft *peer, unsigned port,
	const struct policy_listen *listen)
{
	struct policy_connect *connect = arena_append(
		reading->arena, &service->connects, &service->connect_count, sizeof(*connect));

	*connect = (struct policy_connect){
		.transport = edge->to.transport,
		.peer = peer ? peer->service.name : name_of(reading, &edge->to),
		.host = edge->to.kind == PEER_HOST,
		.outside = is_outside(&edge->to),
		.named = edge->to.kind != PEER_ADDRESSES && is_outside(&edge->to),
		.instance = policy_instance(&edge->to),
		.port = (uint16_t)port,
		.last = is_outside(&edge->to) ? edge->to.last : (uint16_t)port,
		.path = edge->to.path,
		.at = edge->at,
		.at_port = edge->at_port,
		.why = edge->why,
		.owner = edge->owner,
		.tls = edge->tls,
		.budget = edge->budget,
		.where = edge->where,
		.listen = listen ? listen->where : (struct where){0},
	};
}

/* A peer of the stack: it must exist and listen. */
static void resolve_edge(
	struct policy_reading *reading, struct policy_draft *draft, const struct policy_edge *edge)
{
	const struct policy_node at = {.where = edge->where, .width = (uint16_t)edge->width};
	const struct policy_draft *peer = policy_find_peer(reading, &at, &edge->to);

	if (!peer)
		return;
	if (peer == draft) {
		report_hint(reading->report,
			policy_error_at(reading, edge->where, edge->width,
				"'%s' connects to itself", peer->service.name),
			"leave it out: a service always reaches itself by 127.0.0.1");
		return;
	}
	const struct policy_listen *listen =
		edge->to.path ? find_socket(&peer->service, &edge->to) : NULL;
	if (listen)
		add_connect(reading, &draft->service, edge, peer, 0, listen);
	else if (edge->to.path)
		refuse_edge(reading, edge, peer, 0);
	for (unsigned port = edge->to.first; port && port <= edge->to.last; port++) {
		listen = find_port(&peer->service, edge->to.transport, port);
		if (!listen) {
			refuse_edge(reading, edge, peer, port);
			break;
		}
		add_connect(reading, &draft->service, edge, peer, port, listen);
	}
}

/* Does somebody who connects to this machine's loopback get there? */
static bool is_local(const struct policy_publish *publish)
{
	static const char *const addresses[] = {"0.0.0.0", "::", "127.0.0.1", "::1"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (strcmp(publish->address, addresses[i]) == 0)
			return true;
	return false;
}

/* A published port is the stack itself, by a way around its edges. */
static void check_round_trip(
	struct policy_reading *reading, const struct policy_edge *edge, unsigned port)
{
	for (size_t i = 0; i < reading->draft_count; i++) {
		const struct policy_service *service = &reading->drafts[i].service;

		for (size_t j = 0; j < service->publish_count; j++) {
			const struct policy_publish *publish = &service->publishes[j];

			if (publish->transport != edge->to.transport ||
				publish->host_port != port || !is_local(publish))
				continue;
			struct report_entry *entry = policy_error_at(reading, edge->where,
				edge->width,
				"port %u of this machine is a door of the stack itself", port);
			report_other(entry, publish->where, "published here");
			report_hint(reading->report, entry, "connect to the service: %s:%u%s",
				service->name, publish->port,
				publish->transport == POLICY_UDP ? "/udp" : "");
			return;
		}
	}
}

/* This machine's loopback: who listens there is not the policy's to say. */
static void resolve_host(
	struct policy_reading *reading, struct policy_draft *draft, const struct policy_edge *edge)
{
	for (unsigned port = edge->to.first; port && port <= edge->to.last; port++) {
		check_round_trip(reading, edge, port);
		add_connect(reading, &draft->service, edge, NULL, port, NULL);
	}
}

/* Of a range of ports one edge: who listens there is not known. */
static void resolve_outside(
	struct policy_reading *reading, struct policy_draft *draft, const struct policy_edge *edge)
{
	if (policy_check_outside(reading, edge))
		add_connect(reading, &draft->service, edge, NULL, edge->to.first, NULL);
}

void policy_check_edges(struct policy_reading *reading)
{
	for (size_t i = 0; i < reading->draft_count; i++) {
		struct policy_draft *draft = &reading->drafts[i];

		for (size_t j = 0; j < draft->edge_count; j++) {
			const struct policy_edge *edge = &draft->edges[j];
			if (edge->tls && !is_outside(&edge->to))
				policy_refuse_tls(reading, edge);
			if (!policy_endpoint_leaves(&edge->to))
				resolve_edge(reading, draft, edge);
			else if (edge->to.kind == PEER_HOST)
				resolve_host(reading, draft, edge);
			else if (is_outside(&edge->to))
				resolve_outside(reading, draft, edge);
		}
		policy_check_loopback(reading, draft);
		policy_check_budgets(reading, draft);
		policy_check_outside_pairs(reading, draft);
	}
}
