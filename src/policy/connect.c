/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/loopback.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

enum { MOST_COUNT = 10000000, MOST_RANGE = 1024 };

static const char *const over_limits[] = {"drop", "reset", "alert"};

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
	policy_use(reading,
		edge->to.kind == PEER_HOST && edge->to.transport == POLICY_UDP
			? KEY_CONNECTS_HOST_UDP
			: peer_keys[edge->to.kind],
		node->where, node->width);
}

static void read_why(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_edge *)into)->why = policy_scalar(reading, node);
}

static void read_owner(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_edge *)into)->owner = policy_scalar(reading, node);
}

/* "2026-12-31" */
static void read_until(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);
	static const char shape[] = "dddd-dd-dd";
	bool good = text && strlen(text) == sizeof(shape) - 1;

	(void)into;
	if (!text)
		return;
	for (size_t i = 0; good && shape[i]; i++)
		good = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
	if (good) {
		int month = (text[5] - '0') * 10 + text[6] - '0';
		int day = (text[8] - '0') * 10 + text[9] - '0';
		good = month >= 1 && month <= 12 && day >= 1 && day <= 31;
	}
	if (!good)
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a date", text),
			"write 2026-12-31");
}

/* A number or size, then one of @units, such as "/s": "20/s", "50MB/h". */
static void read_rate(struct policy_reading *reading, const struct policy_node *node,
	const char *const *units, bool size, const char *form)
{
	const char *text = policy_scalar(reading, node);
	uint64_t number = 0;

	if (!text)
		return;
	for (; *units; units++) {
		size_t length = strlen(text), unit = strlen(*units);

		if (length <= unit || strcmp(text + length - unit, *units) != 0)
			continue;
		const char *figure = arena_text_length(reading->arena, text, length - unit);
		if (size ? policy_value_size(figure, &number)
			 : policy_value_number(figure, MOST_COUNT, &number))
			break;
	}
	if (!*units || number == 0)
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a value for %s", text,
				policy_label(reading, node)),
			"write %s", form);
}

static void read_new_connections(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const char *const units[] = {"/s", "/m", "/h", NULL};

	(void)into;
	read_rate(reading, node, units, false, "20/s, 100/m or 1000/h");
}

static void read_bandwidth(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const char *const units[] = {"kbit", "mbit", "gbit", NULL};

	(void)into;
	read_rate(reading, node, units, false, "512kbit, 2mbit or 1gbit");
}

static void read_bytes(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const char *const units[] = {"/m", "/h", "/d", NULL};

	(void)into;
	read_rate(reading, node, units, true, "50MB/h");
}

static void read_connections(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_number number;

	(void)into;
	policy_count(reading, node, 1, MOST_COUNT, &number);
}

static void read_over(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	policy_choice(reading, node, over_limits, 3);
}

static void read_tls(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	bool checked;

	(void)into;
	policy_bool(reading, node, &checked);
}

static const struct policy_field connect_fields[] = {
	{"to", KEY_CONNECTS_TO, read_to},
	{"at", KEY_CONNECTS_AT, policy_read_connect_at},
	{"why", KEY_CONNECTS_WHY, read_why},
	{"owner", KEY_CONNECTS_OWNER, read_owner},
	{"until", KEY_CONNECTS_UNTIL, read_until},
	{"new-connections", KEY_CONNECTS_RATE, read_new_connections},
	{"connections", KEY_CONNECTS_COUNT, read_connections},
	{"bandwidth", KEY_CONNECTS_BANDWIDTH, read_bandwidth},
	{"bytes", KEY_CONNECTS_BYTES, read_bytes},
	{"over", KEY_CONNECTS_OVER, read_over},
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
