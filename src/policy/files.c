/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* Folders that every view makes itself, where nothing of the host may be put. */
static const char *const own_folders[] = {"/proc", "/dev", "/tmp", "/run/secrets"};

static void read_path(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_path *)into)->path = policy_path(reading, node);
	((struct policy_path *)into)->where = node->where;
}

static void read_create(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_path *path = into;

	path->create = policy_mode(reading, node, &path->mode);
	if (path->create && path->access != POLICY_WRITE)
		report_hint(reading->report,
			policy_key_error(
				reading, node, "'create' belongs to what a service writes"),
			"put it under write, or create the path yourself");
}

static void read_why(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_path *)into)->why = policy_scalar(reading, node);
}

static void read_if_present(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_bool(reading, node, &((struct policy_path *)into)->if_present);
	if (!reading->in_role)
		report_hint(reading->report,
			policy_key_error(reading, node, "'if-present' may stand only in a role"),
			"a policy knows its machine: name the path when it is there");
}

static void read_memory(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_path *path = into;
	struct policy_number size = {0};

	if (policy_size(reading, node, &size))
		path->memory = size.value;
	if (!reading->in_role)
		report_hint(reading->report,
			policy_key_error(reading, node, "'memory' may stand only in a role"),
			"give the service a folder to write, or put this into a role of your own");
	else if (path->access != POLICY_WRITE)
		policy_key_error(reading, node, "'memory' belongs to what a service writes");
}

static const struct policy_field path_fields[] = {
	{"path", KEY_PATH, read_path},
	{"create", KEY_PATH_CREATE, read_create},
	{"why", KEY_PATH_WHY, read_why},
	{"if-present", KEY_PATH_IF_PRESENT, read_if_present},
	{"memory", KEY_PATH_MEMORY, read_memory},
};

static void refuse_own_folders(
	struct policy_reading *reading, const struct policy_node *node, const char *path)
{
	for (size_t i = 0; i < sizeof(own_folders) / sizeof(own_folders[0]); i++) {
		size_t length = strlen(own_folders[i]);

		if (strncmp(path, own_folders[i], length) == 0 &&
			(path[length] == '/' || path[length] == '\0')) {
			report_hint(reading->report,
				policy_error(
					reading, node, "'%s' is made for each service anew", path),
				"nothing of this machine is put below %s: leave it out",
				own_folders[i]);
			return;
		}
	}
	if (strcmp(path, "/") == 0)
		policy_error(reading, node, "'/' is everything: name the paths that are needed");
}

static void add_path(struct policy_reading *reading, const struct policy_node *node,
	struct policy_draft *draft, enum policy_access access)
{
	struct policy_path item = {.access = access, .where = node->where};

	if (node->kind == POLICY_MAP) {
		POLICY_FIELDS(reading, node, "a path", path_fields, &item);
		if (!policy_child(node, "path"))
			policy_error(reading, node, "a path item needs 'path'");
		if (item.memory && (item.create || item.if_present))
			policy_error(reading, node,
				"a memory folder is always made: no 'create', no 'if-present'");
	} else {
		item.path = policy_path(reading, node);
	}
	if (!item.path)
		return;
	const struct policy_node *at = node->kind == POLICY_MAP ? policy_child(node, "path") : node;
	refuse_own_folders(reading, at, item.path);
	struct policy_service *service = &draft->service;
	struct policy_path *added =
		arena_append(reading->arena, &service->files, &service->file_count, sizeof(*added));
	*added = item;
}

static void add_paths(struct policy_reading *reading, const struct policy_node *node, void *draft,
	enum policy_access access)
{
	if (policy_is_list(reading, node))
		policy_each(item, node) add_path(reading, item, draft, access);
}

static void read_read(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	add_paths(reading, node, draft, POLICY_READ);
}

static void read_write(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	add_paths(reading, node, draft, POLICY_WRITE);
}

static void read_load(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	add_paths(reading, node, draft, POLICY_LOAD);
}

static void read_as_root(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	add_paths(reading, node, draft, POLICY_READ_AS_ROOT);
}

static const struct policy_field file_fields[] = {
	{"read", KEY_FILES_READ, read_read},
	{"write", KEY_FILES_WRITE, read_write},
	{"load", KEY_FILES_LOAD, read_load},
	{"read-as-root", KEY_FILES_READ_AS_ROOT, read_as_root},
};

void policy_read_files(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	POLICY_FIELDS(reading, node, "'files'", file_fields, draft);
}

/* The keys of a program's map form are those of a path that make sense for it. */
static const struct policy_field program_fields[] = {
	{"path", KEY_PATH, read_path},
	{"why", KEY_PATH_WHY, read_why},
	{"if-present", KEY_PATH_IF_PRESENT, read_if_present},
};

static void add_program(struct policy_reading *reading, const struct policy_node *node,
	struct policy_service *service)
{
	struct policy_path item = {.access = POLICY_READ, .where = node->where};

	if (node->kind == POLICY_MAP) {
		POLICY_FIELDS(reading, node, "a program", program_fields, &item);
		if (!policy_child(node, "path"))
			policy_error(reading, node, "a program item needs 'path'");
	} else {
		item.path = policy_path(reading, node);
	}
	if (!item.path)
		return;
	struct policy_program *added = arena_append(
		reading->arena, &service->programs, &service->program_count, sizeof(*added));
	*added = (struct policy_program){item.path, item.if_present, item.where};
}

void policy_read_programs(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	if (policy_is_list(reading, node))
		policy_each(item, node)
			add_program(reading, item, &((struct policy_draft *)draft)->service);
}
