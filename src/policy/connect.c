/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/address.h"
#include "policy/budget.h"
#include "policy/draft.h"
#include "policy/loopback.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

enum { MOST_RANGE = 1024 };

/* The forms of a peer that a table names by themselves. */
static const enum policy_key peer_keys[] = {
	[PEER_SERVICE] = KEY_CONNECTS_TO,
	[PEER_INSTANCE] = KEY_CONNECTS_INSTANCE,
	[PEER_NAME] = KEY_CONNECTS_NAME,
	[PEER_WILDCARD] = KEY_CONNECTS_NAME,
	[PEER_ADDRESSES] = KEY_CONNECTS_CIDR,
	[PEER_HOST] = KEY_CONNECTS_HOST,
	[PEER_INTERNET] = KEY_CONNECTS_CIDR,
};

static enum policy_key key_of(const struct policy_endpoint *to)
{
	if (to->transport == POLICY_UDP && to->kind == PEER_HOST)
		return KEY_CONNECTS_HOST_UDP;
	if (to->transport == POLICY_UDP && policy_endpoint_leaves(to))
		return KEY_CONNECTS_CIDR_UDP;
	return peer_keys[to->kind];
}

static void read_to(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_edge *edge = into;
	const char *text = policy_scalar(reading, node), *hint;

	if (!text)
		return;
	const char *problem = policy_endpoint_parse(text, false, reading->arena, &edge->to, &hint);
	if (edge->to.kind == PEER_INTERNET || strcmp(text, "internet") == 0) {
		problem = "names everybody";
		hint = "name who is meant, api.example.com:443, or write the range 0.0.0.0/0:443";
	}
	if (!problem && edge->to.kind == PEER_ADDRESSES &&
		policy_address_loopback(&edge->to.prefix)) {
		problem = "is the service itself";
		hint = policy_own_loopback;
	}
	if (!problem && edge->to.last - edge->to.first >= MOST_RANGE)
		problem = "is a range of more than 1024 ports";
	edge->where = node->where;
	edge->width = node->width;
	if (problem) {
		struct report_entry *entry = policy_error(reading, node, "'%s' %s", text, problem);
		if (hint)
			report_hint(reading->report, entry, "%s", hint);
		return;
	}
	edge->text = text;
	policy_use(reading, key_of(&edge->to), node->where, node->width);
}

static void read_why(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_edge *)into)->why = policy_scalar(reading, node);
}

static void read_owner(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_edge *)into)->owner = policy_scalar(reading, node);
}

static void read_tls(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_bool(reading, node, &((struct policy_edge *)into)->tls);
}

static const struct policy_field connect_fields[] = {
	{"to", KEY_CONNECTS_TO, read_to},
	{"at", KEY_CONNECTS_AT, policy_read_connect_at},
	{"why", KEY_CONNECTS_WHY, read_why},
	{"owner", KEY_CONNECTS_OWNER, read_owner},
	{"until", KEY_CONNECTS_UNTIL, policy_read_until},
	{"new-connections", KEY_CONNECTS_RATE, policy_read_new_connections},
	{"connections", KEY_CONNECTS_COUNT, policy_read_connections},
	{"bandwidth", KEY_CONNECTS_BANDWIDTH, policy_read_bandwidth},
	{"bytes", KEY_CONNECTS_BYTES, policy_read_bytes},
	{"over", KEY_CONNECTS_OVER, policy_read_over},
	{"tls", KEY_CONNECTS_TLS, read_tls},
};

static void add_edge(
	struct policy_reading *reading, const struct policy_node *node, struct policy_draft *draft)
{
	struct policy_edge edge = {.where = node->where};

	if (node->kind == POLICY_MAP) {
		POLICY_FIELDS(reading, node, "an item of 'connects'", connect_fields, &edge);
		if (!policy_child(node, "to"))
			report_hint(reading->report,
				policy_error(reading, node, "an item of 'connects' needs 'to'"),
				"write {to: api.example.com:443, why: …}");
		policy_check_budget(reading, node, &edge);
	} else {
		read_to(reading, node, &edge);
	}
	if (!edge.text)
		return;
	if (policy_endpoint_leaves(&edge.to) && !edge.why && !reading->in_without)
		report_hint(reading->report,
			policy_error_at(reading, edge.where, edge.width,
				"'%s' leaves the stack and needs 'why'", edge.text),
			"write {to: \"%s\", why: what for}", edge.text);
	struct policy_edge *added =
		arena_append(reading->nodes, &draft->edges, &draft->edge_count, sizeof(*added));
	*added = edge;
}

void policy_read_connects(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	if (policy_is_list(reading, node))
		policy_each(item, node) add_edge(reading, item, draft);
}
