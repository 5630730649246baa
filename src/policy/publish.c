/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* What the outside may reach of what a service accepts: at which addresses of this machine, from
 * where, and how often at a time. */

enum { MOST_COUNT = 1000000, MOST_RANGES = 1024 };

/* A door being read: the service's port, then one or more host addresses. */
struct door {
	struct policy_service *service;
	struct policy_listen port;
	struct policy_texts from;
	struct policy_number per_source;
	bool from_wrong; /* a range was refused: it may be the one that is missing */
};

/* "0.0.0.0:443", "[::]:443", "127.0.0.1", "::1": the port defaults to the service's. */
static bool parse_address(
	struct policy_reading *reading, const char *text, struct policy_publish *publish)
{
	const char *address = text, *end, *port = NULL;
	struct prefix prefix;

	if (text[0] == '[') {
		address = text + 1;
		end = strchr(address, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		port = end[1] ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end && strchr(end + 1, ':'))
			end = NULL; /* IPv6 without brackets has no port */
		port = end ? end + 1 : NULL;
		end = end ? end : text + strlen(text);
	}
	size_t length = (size_t)(end - address);
	if (memchr(address, '/', length) || !prefix_parse(address, length, &prefix))
		return false;
	if (port && !policy_value_port(port, strlen(port), &publish->host_port))
		return false;
	char shortest[INET6_ADDRSTRLEN];
	inet_ntop(prefix.family, prefix.bytes, shortest, sizeof(shortest));
	publish->address = policy_copy(reading, shortest);
	return true;
}

static void add_address(
	struct policy_reading *reading, const struct policy_node *node, struct door *door)
{
	const char *text = policy_scalar(reading, node);
	struct policy_publish publish = {
		.port = door->port.first,
		.host_port = door->port.first,
		.transport = door->port.transport,
		.where = node->where,
	};

	if (!text)
		return;
	if (!parse_address(reading, text, &publish)) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not an address of this machine", text),
			"write 0.0.0.0:443, \"[::]:443\" or 127.0.0.1:8080");
		return;
	}
	struct policy_publish *added = arena_append(reading->arena, &door->service->publishes,
		&door->service->publish_count, sizeof(*added));
	*added = publish;
}

static void read_at(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	if (node->kind == POLICY_WORD)
		add_address(reading, node, into);
	else if (policy_is_list(reading, node))
		policy_each(item, node) add_address(reading, item, into);
}

/* ::ffff:0:0/96 (RFC 4291): whoever has such an address comes by IPv4. */
static bool is_mapped(const struct prefix *prefix)
{
	static const struct prefix mapped = {
		AF_INET6, 96, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};

	return prefix_covers(&mapped, prefix);
}

/* As short as it can be written; NULL after a complaint. */
static const char *read_range(struct policy_reading *reading, const struct policy_node *node)
{
	const char *text = policy_scalar(reading, node);
	char shortest[PREFIX_TEXT];
	struct prefix prefix;

	if (!text)
		return NULL;
	if (!prefix_parse(text, strlen(text), &prefix) || !prefix_write(&prefix, shortest)) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a range of addresses", text),
			"write 10.0.0.0/8, with no bits past the prefix, or an address");
		return NULL;
	}
	if (is_mapped(&prefix)) {
		report_hint(reading->report,
			policy_error(reading, node, "nobody comes from '%s'", text),
			"write the address of IPv4 that it stands for");
		return NULL;
	}
	return policy_copy(reading, shortest);
}

static void add_source(
	struct policy_reading *reading, const struct policy_node *node, struct door *door)
{
	const char *range = read_range(reading, node);

	if (range && door->from.count == MOST_RANGES) {
		policy_error(reading, node, "more than %d ranges", MOST_RANGES);
		range = NULL;
	}
	if (!range) {
		door->from_wrong = true;
		return;
	}
	struct policy_text *source =
		arena_append(reading->arena, &door->from.items, &door->from.count, sizeof(*source));
	*source = (struct policy_text){range, node->where};
}

static void read_from(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	if (node->kind == POLICY_WORD) {
		add_source(reading, node, into);
		return;
	}
	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node) add_source(reading, item, into);
	if (!node->first)
		report_hint(reading->report,
			policy_error(reading, node, "an empty 'from' lets nobody in"),
			"leave it out for everybody, or do not publish the port");
}

static void read_count(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_count(reading, node, 1, MOST_COUNT, &((struct door *)into)->per_source);
}

static const struct policy_field publish_fields[] = {
	{"at", KEY_PUBLISHES_AT, read_at},
	{"from", KEY_PUBLISHES_FROM, read_from},
	{"connections-per-source", KEY_PUBLISHES_COUNT, read_count},
};

static bool has_family(const struct policy_texts *from, bool wide)
{
	for (size_t i = 0; i < from->count; i++)
		if ((strchr(from->items[i].text, ':') != NULL) == wide)
			return true;
	return false;
}

/* What stands once for a port holds at each of its addresses, from @first on: `at` may have stood
 * before or after it. */
static void settle_addresses(struct policy_reading *reading, const struct door *door, size_t first)
{
	for (size_t i = first; i < door->service->publish_count; i++) {
		struct policy_publish *publish = &door->service->publishes[i];
		bool wide = strchr(publish->address, ':') != NULL;

		publish->from = door->from;
		publish->per_source = door->per_source;
		if (door->from.count && !door->from_wrong && !has_family(&door->from, wide))
			report_other(policy_error_at(reading, publish->where, 1,
					     "by '%s' nobody may come: 'from' has no range of %s",
					     publish->address, wide ? "IPv6" : "IPv4"),
				door->from.items[0].where, "'from' is this");
	}
}

static void read_port(
	struct policy_reading *reading, const struct policy_node *node, struct door *door)
{
	size_t first = door->service->publish_count;

	door->from = (struct policy_texts){0};
	door->per_source = (struct policy_number){0};
	door->from_wrong = false;
	if (door->port.transport == POLICY_UDP)
		policy_use(reading, KEY_PUBLISHES_UDP, policy_key_where(node), node->key_width);
	if (node->kind != POLICY_MAP) {
		read_at(reading, node, door);
		return;
	}
	POLICY_FIELDS(reading, node, "a published port", publish_fields, door);
	if (!policy_child(node, "at"))
		policy_key_error(reading, node, "a published port needs 'at'");
	settle_addresses(reading, door, first);
}

void policy_read_publishes(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct door door = {.service = &((struct policy_draft *)draft)->service};

	if (node->kind != POLICY_MAP) {
		report_hint(reading->report,
			policy_error(
				reading, node, "'publishes' must be a map of ports and addresses"),
			"write {443: 0.0.0.0:443}");
		return;
	}
	policy_each(child, node)
	{
		if (!policy_listen_parse(child->key, &door.port) ||
			door.port.first != door.port.last)
			policy_key_error(
				reading, child, "'%s' is not a port of the service", child->key);
		else
			read_port(reading, child, &door);
	}
}
