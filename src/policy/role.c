/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/role.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/scoped.h"
#include "base/text.h"
#include "policy/draft.h"
#include "policy/merge.h"
#include "policy/node.h"
#include "policy/open.h"
#include "policy/reading.h"
#include "policy/value.h"

enum { MOST_DEPTH = 8, MOST_NAMES = 128 };

/* A role as remembered by its name; `draft` is NULL while it is being read. */
struct role {
	struct policy_draft *draft;
	bool reading, failed;
};

/* The roles there are, for "did you mean". */
static size_t list_roles(struct policy_reading *reading, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < reading->options->role_folder_count && !reading->inputs; i++) {
		scoped(dir) DIR *folder = opendir(reading->options->roles[i]);
		struct dirent *entry;

		while (folder && (entry = readdir(folder)) && count < MOST_NAMES) {
			size_t length = strlen(entry->d_name);
			if (length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0)
				names[count++] = arena_text_length(
					reading->nodes, entry->d_name, length - 5);
		}
	}
	return count;
}

/* Every role once, though several folders may have it. */
static void hint_all(struct policy_reading *reading, struct report_entry *entry, const char **names,
	size_t count)
{
	const char *list = "";

	qsort(names, count, sizeof(*names), text_compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !text_equal(names[i], names[i - 1]))
			list = arena_printf(
				reading->nodes, "%s%s %s", list, i ? "," : "", names[i]);
	report_hint(reading->report, entry, "roles:%s", list);
}

static void unknown_role(
	struct policy_reading *reading, const struct policy_node *node, const char *name)
{
	const char *names[MOST_NAMES];
	size_t count = list_roles(reading, names);
	struct report_entry *entry = policy_error(reading, node,
		name[0] == '/' ? "there is no role file '%s'" : "unknown role '%s'", name);

	if (name[0] == '/')
		return;
	if (count == 0)
		report_hint(reading->report, entry,
			"no roles were found: name their folder with --roles");
	policy_did_you_mean(reading, entry, name, names, count);
	if (count > 0 && !entry->hint)
		hint_all(reading, entry, names, count);
}

/* The file of role @name, read; its path in @path. */
static struct policy_node *open_role(struct policy_reading *reading, const struct policy_node *node,
	const char *name, const char **path)
{
	int error = -ENOENT;
	struct policy_node *top = NULL;

	if (name[0] == '/') {
		*path = name;
		error = policy_open(reading, *path, node, &top);
	} else if (!policy_value_service_name(name, strlen(name))) {
		report_hint(reading->report,
			policy_error(reading, node,
				"'%s' is neither the name of a role nor an absolute path", name),
			"write role: node, or role: /etc/bulkhead/roles/NAME.yaml");
		return NULL;
	}
	for (size_t i = 0;
		error == -ENOENT && name[0] != '/' && i < reading->options->role_folder_count;
		i++) {
		*path = arena_printf(
			reading->arena, "%s/%s.yaml", reading->options->roles[i], name);
		error = policy_open(reading, *path, node, &top);
	}
	if (error == -ENOENT)
		unknown_role(reading, node, name);
	return top;
}

/* Everything but `bulkhead: 1`, which policy_open() has seen. */
static void drop_version(struct policy_node *top)
{
	struct policy_node **link = &top->first;

	while (*link && strcmp((*link)->key, "bulkhead") != 0)
		link = &(*link)->next;
	if (*link)
		*link = (*link)->next;
}

static void read_role(struct policy_reading *reading, const struct policy_node *node,
	const char *name, struct role *role)
{
	const char *path;
	struct policy_node *top = open_role(reading, node, name, &path);

	if (!top) {
		role->failed = true;
		return;
	}
	struct policy_draft *draft = arena_alloc(reading->nodes, sizeof(*draft));
	bool outer = reading->in_role;
	drop_version(top);
	reading->in_role = true;
	policy_read_service(reading, top, "a role", draft);
	draft->service.where = (struct where){top->where.file, 1, 1};
	if (draft->environment_file)
		policy_key_error(reading, draft->environment_file,
			"'environment-file' belongs into the policy, not into a role");
	if (draft->service.role.text) {
		const struct policy_draft *base =
			policy_role(reading, draft->role_node, draft->service.role.text);
		if (base)
			policy_merge(reading, draft, base);
	} else if (draft->without) {
		policy_key_error(reading, draft->without,
			"'without' takes from a role, and this one builds on none");
	}
	reading->in_role = outer;
	draft->service.role.text = name;
	role->draft = draft;
}

const struct policy_draft *policy_role(
	struct policy_reading *reading, const struct policy_node *node, const char *name)
{
	struct role *role = map_find(reading->roles, name, strlen(name));

	if (!role) {
		role = arena_alloc(reading->nodes, sizeof(*role));
		*map_slot(reading->roles, name, strlen(name)) = role;
		role->reading = true;
		if (++reading->depth > MOST_DEPTH) {
			policy_error(reading, node, "roles build on each other more than %d deep",
				MOST_DEPTH);
			role->failed = true;
		} else {
			read_role(reading, node, name, role);
		}
		reading->depth--;
		role->reading = false;
	} else if (role->reading) {
		report_hint(reading->report,
			policy_error(reading, node, "role '%s' builds on itself", name),
			"take 'role: %s' out of one of the roles on the way", name);
	} else if (role->failed) {
		policy_error(reading, node, "role '%s' could not be read", name);
	}
	return role->draft;
}
