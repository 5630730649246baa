/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/loopback.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/address.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

/* The shortest form, without brackets. */
static const char *spell(struct policy_reading *reading, const struct prefix *prefix)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(prefix->family, prefix->bytes, text, sizeof(text));
	return policy_copy(reading, text);
}

void policy_read_connect_at(
	struct policy_reading *reading, const struct policy_node *node, void *edge)
{
	struct policy_edge *into = edge;
	const char *text = policy_scalar(reading, node), *hint;
	struct policy_endpoint at;

	if (!text)
		return;
	if (policy_endpoint_parse(text, false, reading->arena, &at, &hint) ||
		at.kind != PEER_ADDRESSES || at.first != at.last || strchr(at.peer, '/')) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not an address and a port", text),
			"write at: 127.0.0.1:5432");
		return;
	}
	if (at.transport != POLICY_TCP) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' says which transport", text),
			"write /udp in 'to'");
		return;
	}
	if (!policy_address_loopback(&at.prefix)) {
		report_hint(reading->report,
			policy_error(
				reading, node, "'%s' is not on the service's own loopback", text),
			"write at: 127.0.0.1:%u, or leave 'at' out and connect to the peer by name",
			at.first);
		return;
	}
	into->at = spell(reading, &at.prefix);
	into->at_port = at.first;
	into->at_where = node->where;
	into->at_width = node->width;
}

void policy_read_listen_at(
	struct policy_reading *reading, const struct policy_node *node, void *listen)
{
	const char *text = policy_scalar(reading, node);
	struct prefix prefix;

	if (!text)
		return;
	if (!prefix_parse(text, strlen(text), &prefix) || strchr(text, '/'))
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not an address", text),
			"write at: 127.0.0.1");
	else if (!policy_address_loopback(&prefix))
		report_hint(reading->report,
			policy_error(
				reading, node, "'%s' is not on the service's own loopback", text),
			"leave 'at' out: the service's namespace has one address, and peers "
			"reach a daemon on it or on 0.0.0.0");
	else
		((struct policy_listen *)listen)->at = spell(reading, &prefix);
}

static struct report_entry *refuse(
	struct policy_reading *reading, const struct policy_edge *edge, const char *what)
{
	return policy_error_at(reading, edge->at_where, edge->at_width, "%s", what);
}

/* One address leads to one peer. */
static void check_alone(struct policy_reading *reading, const struct policy_edge *edge)
{
	const char *key = arena_printf(
		reading->nodes, "%d %s %u", edge->to.transport, edge->at, edge->at_port);
	void **slot = map_slot(reading->scratch, key, strlen(key));
	const struct policy_edge *first = *slot;

	if (first)
		report_other(policy_error_at(reading, edge->at_where, edge->at_width,
				     "port %u of %s leads to '%s' and to '%s'", edge->at_port,
				     edge->at, first->text, edge->text),
			first->at_where, "first given here");
	else
		*slot = (void *)edge;
}

/* What the service itself listens on there could not be reached by itself any more. */
static void check_own(struct policy_reading *reading, const struct policy_service *service,
	const struct policy_edge *edge)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct policy_listen *own = &service->listens[i];

		if (own->path || own->transport != edge->to.transport ||
			own->first > edge->at_port || own->last < edge->at_port ||
			(own->at && strcmp(own->at, edge->at) != 0))
			continue;
		struct report_entry *entry =
			policy_error_at(reading, edge->at_where, edge->at_width,
				"'%s' itself listens on port %u", service->name, edge->at_port);
		report_other(entry, own->where, "it listens here");
		report_hint(reading->report, entry, "look for '%s' at another port", edge->to.peer);
	}
}

/* A peer that insists on 127.0.0.1 is not there by IPv6. */
static void check_family(struct policy_reading *reading, const struct policy_edge *edge)
{
	const char *name =
		arena_text_length(reading->nodes, edge->to.peer, strcspn(edge->to.peer, "."));
	const struct policy_draft *peer = policy_find_draft(reading, name);
	bool wide = strchr(edge->at, ':') != NULL;

	for (size_t i = 0; peer && i < peer->service.listen_count; i++) {
		const struct policy_listen *listen = &peer->service.listens[i];

		if (listen->path || !listen->at || listen->transport != edge->to.transport ||
			listen->first > edge->to.first || listen->last < edge->to.first ||
			(strchr(listen->at, ':') != NULL) == wide)
			continue;
		struct report_entry *entry = policy_error_at(reading, edge->at_where,
			edge->at_width, "'%s' listens at %s, which %s does not lead to",
			edge->to.peer, listen->at, edge->at);
		report_other(entry, listen->where, "it listens here");
		report_hint(reading->report, entry,
			wide ? "write at: 127.0.0.1:%u" : "write at: \"[::1]:%u\"", edge->at_port);
	}
}

/* A door of IPv6 leads to the service's IPv6 address, where a daemon at 127.0.0.1 is not. */
static void check_door(struct policy_reading *reading, const struct policy_service *service,
	const struct policy_publish *publish)
{
	bool wide = strchr(publish->address, ':') != NULL;

	for (size_t i = 0; i < service->listen_count; i++) {
		const struct policy_listen *listen = &service->listens[i];

		if (!listen->at || listen->transport != publish->transport ||
			listen->first > publish->port || listen->last < publish->port ||
			(strchr(listen->at, ':') != NULL) == wide)
			continue;
		struct report_entry *entry = policy_error_at(reading, publish->where, 1,
			"'%s' listens at %s, which %s does not lead to", service->name, listen->at,
			publish->address);
		report_other(entry, listen->where, "it listens here");
		report_hint(reading->report, entry, "publish it at addresses of that family");
	}
}

void policy_check_loopback(struct policy_reading *reading, const struct policy_draft *draft)
{
	for (size_t i = 0; i < draft->service.publish_count; i++)
		check_door(reading, &draft->service, &draft->service.publishes[i]);
	map_clear(reading->scratch);
	for (size_t i = 0; i < draft->edge_count; i++) {
		const struct policy_edge *edge = &draft->edges[i];

		if (!edge->at)
			continue;
		if (edge->to.path) {
			refuse(reading, edge, "a socket path is not looked for at an address");
			continue;
		}
		if (policy_endpoint_leaves(&edge->to) && edge->to.kind != PEER_HOST) {
			report_hint(reading->report,
				refuse(reading, edge,
					"'at' stands for a service or a port of this machine"),
				"leave it out: the program reaches '%s' by its own address",
				edge->to.peer);
			continue;
		}
		if (edge->to.first != edge->to.last) {
			report_hint(reading->report,
				refuse(reading, edge, "'at' stands for one port, not for a range"),
				"write an item for each port");
			continue;
		}
		check_alone(reading, edge);
		check_own(reading, &draft->service, edge);
		check_family(reading, edge);
	}
}
