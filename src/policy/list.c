/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/list.h"

#include <string.h>

#include "policy/draft.h"

static uint64_t no_tag(const void *item)
{
	(void)item;
	return 0;
}

static const char *word(const void *item)
{
	return ((const struct policy_text *)item)->text;
}

static const char *variable_name(const void *item)
{
	return ((const struct policy_variable *)item)->name;
}

static const char *secret_name(const void *item)
{
	return ((const struct policy_secret *)item)->name;
}

static const char *path_name(const void *item)
{
	return ((const struct policy_path *)item)->path;
}

static uint64_t path_access(const void *item)
{
	return ((const struct policy_path *)item)->access;
}

static const char *program_path(const void *item)
{
	return ((const struct policy_program *)item)->path;
}

static const char *start_right_name(const void *item)
{
	return ((const struct policy_start_right *)item)->name;
}

static const char *listen_path(const void *item)
{
	const struct policy_listen *listen = item;

	return listen->path ? listen->path : "";
}

static uint64_t ports(unsigned transport, uint64_t first, uint64_t last)
{
	return (uint64_t)transport << 32 | first << 16 | last;
}

static uint64_t listen_ports(const void *item)
{
	const struct policy_listen *listen = item;

	return ports(listen->transport, listen->first, listen->last);
}

static const char *publish_address(const void *item)
{
	return ((const struct policy_publish *)item)->address;
}

static uint64_t publish_ports(const void *item)
{
	const struct policy_publish *publish = item;

	return ports(publish->transport, publish->port, publish->host_port);
}

static const char *edge_peer(const void *item)
{
	const struct policy_edge *edge = item;

	return edge->to.path ? edge->text : edge->to.peer;
}

static uint64_t edge_ports(const void *item)
{
	const struct policy_edge *edge = item;

	return ports(edge->to.transport, edge->to.first, edge->to.last);
}

static const char *expected_name(const void *item)
{
	const struct policy_expected *expected = item;

	return expected->call ? expected->call : expected->path;
}

#define LIST(key, what, field, counter, type, text, tag)                                           \
	{                                                                                          \
		key, what, offsetof(struct policy_draft, field),                                   \
			offsetof(struct policy_draft, counter), sizeof(struct type),               \
			offsetof(struct type, where), text, tag                                    \
	}
#define TEXTS(key, what, field) LIST(key, what, field.items, field.count, policy_text, word, no_tag)

const struct policy_list policy_lists[] = {
	TEXTS("groups", "group", service.groups),
	TEXTS("users", "user", service.users),
	LIST("environment", "variable", service.environment, service.environment_count,
		policy_variable, variable_name, no_tag),
	LIST("secrets", "secret", service.secrets, service.secret_count, policy_secret, secret_name,
		no_tag),
	LIST("files", "path", service.files, service.file_count, policy_path, path_name,
		path_access),
	LIST("programs", "program", service.programs, service.program_count, policy_program,
		program_path, no_tag),
	LIST("listens", "socket", service.listens, service.listen_count, policy_listen, listen_path,
		listen_ports),
	LIST("publishes", "address", service.publishes, service.publish_count, policy_publish,
		publish_address, publish_ports),
	LIST("connects", "peer", edges, edge_count, policy_edge, edge_peer, edge_ports),
	TEXTS("capabilities", "capability", service.capabilities),
	TEXTS("syscalls", "system call", service.allow),
	TEXTS("syscalls", "refused call", service.deny),
	TEXTS("accept-missing", "feature", service.accept_missing),
	LIST("expected", "expected refusal", service.expected, service.expected_count,
		policy_expected, expected_name, no_tag),
	LIST("after-ready", "right", service.after_ready, service.after_ready_count,
		policy_start_right, start_right_name, no_tag),
	TEXTS("depends-on", "service", depends_on),
};
const size_t policy_list_types = sizeof(policy_lists) / sizeof(policy_lists[0]);

void *policy_list_items(const struct policy_list *type, const struct policy_draft *draft)
{
	void *items;

	memcpy(&items, (const unsigned char *)draft + type->items, sizeof(items));
	return items;
}

size_t policy_list_count(const struct policy_list *type, const struct policy_draft *draft)
{
	size_t count;

	memcpy(&count, (const unsigned char *)draft + type->count, sizeof(count));
	return count;
}

void policy_list_set(
	const struct policy_list *type, struct policy_draft *draft, const void *items, size_t count)
{
	memcpy((unsigned char *)draft + type->items, &items, sizeof(items));
	memcpy((unsigned char *)draft + type->count, &count, sizeof(count));
}

struct where policy_list_where(const struct policy_list *type, const void *item)
{
	struct where where;

	memcpy(&where, (const unsigned char *)item + type->where, sizeof(where));
	return where;
}
