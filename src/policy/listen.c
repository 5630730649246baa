/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/loopback.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* What a service accepts. */

enum { LONGEST_SOCKET = 107 };

bool policy_listen_parse(const char *text, struct policy_listen *listen)
{
	size_t length = strlen(text);

	listen->transport = POLICY_TCP;
	if (length > 4 && strcmp(text + length - 4, "/udp") == 0)
		listen->transport = POLICY_UDP;
	if (listen->transport == POLICY_UDP ||
		(length > 4 && strcmp(text + length - 4, "/tcp") == 0))
		length -= 4;
	return policy_value_ports(text, length, &listen->first, &listen->last);
}

static void read_ports(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);

	if (text && !policy_listen_parse(text, into)) {
		struct report_entry *entry =
			policy_error(reading, node, "'%s' is not a port", text);
		report_hint(reading->report, entry,
			text[0] == '/' ? "write {unix: %s}" : "write 3000, 53/udp or 9300-9400",
			text);
	}
}

static void read_unix(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_listen *listen = into;

	if (node->kind == POLICY_WORD && node->text[0] == '@') {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is an abstract socket name", node->text),
			"abstract names cannot cross network namespaces: use a path, "
			"/run/php/shop.sock");
		return;
	}
	const char *path = policy_path(reading, node);
	if (!path)
		return;
	if (strlen(path) > LONGEST_SOCKET)
		policy_error(
			reading, node, "the socket path is longer than %d bytes", LONGEST_SOCKET);
	listen->transport = POLICY_UNIX;
	listen->path = path;
}

static void read_group(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);

	if (text)
		((struct policy_listen *)into)->group = policy_account(reading, node, text);
}

static void read_mode(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_mode(reading, node, &((struct policy_listen *)into)->mode);
}

/* A policy says itself where a service listens; without one, the role's usual port will do. */
static void read_alone(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_bool(reading, node, &((struct policy_listen *)into)->alone);
	if (!reading->in_role)
		policy_key_error(reading, node, "'alone' may stand only in a role");
}

static const struct policy_field listen_fields[] = {
	{"port", KEY_LISTENS_PORT, read_ports},
	{"at", KEY_LISTENS_AT, policy_read_listen_at},
	{"unix", KEY_LISTENS_UNIX, read_unix},
	{"group", KEY_LISTENS_GROUP, read_group},
	{"mode", KEY_LISTENS_MODE, read_mode},
	{"alone", KEY_LISTENS_ALONE, read_alone},
};

/* A listening item is a port or a socket, not both and not neither. */
static void check_listen_form(struct policy_reading *reading, const struct policy_node *node)
{
	const struct policy_node *port = policy_child(node, "port"),
				 *path = policy_child(node, "unix");
	const struct policy_node *at = policy_child(node, "at");
	const struct policy_node *group = policy_child(node, "group");
	const struct policy_node *mode = policy_child(node, "mode");

	if (!port == !path)
		policy_error(reading, node, "an item of 'listens' has either 'port' or 'unix'");
	if (path && at)
		policy_key_error(reading, at, "a socket path is not listened on at an address");
	if (port && !path && group)
		policy_key_error(reading, group, "'group' belongs to a socket path");
	if (port && !path && mode)
		policy_key_error(reading, mode, "'mode' belongs to a socket path");
}

static void add_listen(struct policy_reading *reading, const struct policy_node *node,
	struct policy_service *service)
{
	struct policy_listen listen = {.where = node->where};

	if (node->kind == POLICY_MAP) {
		POLICY_FIELDS(reading, node, "an item of 'listens'", listen_fields, &listen);
		check_listen_form(reading, node);
	} else {
		read_ports(reading, node, &listen);
	}
	if ((!listen.first && !listen.path) || (listen.alone && !reading->alone))
		return;
	struct policy_listen *added = arena_append(
		reading->arena, &service->listens, &service->listen_count, sizeof(*added));
	*added = listen;
}

void policy_read_listens(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	if (policy_is_list(reading, node))
		policy_each(item, node)
			add_listen(reading, item, &((struct policy_draft *)draft)->service);
}
