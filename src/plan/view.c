/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

static void say_absent(struct planner *planner, const struct policy_path *path)
{
	struct report_entry *entry =
		plan_missing(planner, path->where, "%s does not exist on this machine", path->path);

	if (path->access == POLICY_WRITE)
		report_hint(planner->report, entry, "to have it made: {path: %s, create: 0750}",
			path->path);
}

/* Whoever holds the other end is in no edge; a device would be closed by the mount. */
static bool is_special(
	struct planner *planner, const struct policy_path *path, const struct host_path *found)
{
	if (!found || (found->kind != HOST_SOCKET && found->kind != HOST_DEVICE))
		return false;
	struct report_entry *entry =
		plan_missing(planner, path->where, "%s is a %s of this machine, not a file",
			path->path, found->kind == HOST_SOCKET ? "socket" : "device");
	if (found->kind == HOST_SOCKET)
		report_hint(planner->report, entry,
			"a service meets others by `connects`: have the listener in the stack");
	return true;
}

static bool present(
	struct planner *planner, const struct policy_path *path, const struct host_path *found)
{
	if (found && found->kind != HOST_ABSENT && !found->error)
		return true;
	if (path->if_present && (!found || !found->error))
		return false;
	if (found && found->error)
		plan_missing(planner, path->where, "%s: %s", path->path, found->error);
	else if (!path->create)
		say_absent(planner, path);
	return false;
}

static void set_access(
	struct plan_service *service, struct plan_node *node, const struct policy_path *path)
{
	if (path->access == POLICY_LOAD)
		plan_node_executable(node, path->where);
	/* As there: what gives the node more than it had is its origin. */
	if ((path->access == POLICY_WRITE && node->read_only) ||
		(path->access == POLICY_READ_AS_ROOT && !node->as_root))
		node->where = path->where;
	if (path->access == POLICY_WRITE)
		node->read_only = false;
	if (path->access == POLICY_READ_AS_ROOT)
		node->as_root = true;
	if (!path->create)
		return;
	node->create = true;
	node->mode = path->mode;
	node->uid = service->identity.uid;
	node->gid = service->identity.gid;
}

static void add_path(
	struct planner *planner, struct plan_service *service, const struct policy_path *path)
{
	const struct host_path *found = host_path(planner->host, path->path);

	/* A role's memory folder may stand at /run: sockets and secrets come into it afterwards. */
	if (path->memory) {
		plan_node_memory(planner, service, path->path, path->memory, 0750, path->where);
		return;
	}
	if (plan_view_made(planner, service, path) || is_special(planner, path, found))
		return;
	bool absent = !found || (found->kind == HOST_ABSENT && !found->error);
	/* The plan is the same before and after it is made: the maker's own node says how. */
	bool made = absent && (path->create || plan_is_created(planner, path->path));

	if (!made && present(planner, path, found) && found) {
		struct plan_node *node = plan_node_bind(planner, service, found->resolved,
			found->links, found->link_count, path->where);

		node->folder = found->kind == HOST_FOLDER;
		set_access(service, node, path);
		plan_view_writable(planner, service, path, found);
		if (path->access == POLICY_READ_AS_ROOT)
			plan_gap(planner, service, LAYER_IDENTITY, HOST_IDMAPPED_MOUNTS, true,
				path->where, host_features[HOST_IDMAPPED_MOUNTS].without);
		return;
	}
	if (made) {
		struct plan_node *node =
			plan_node_bind(planner, service, path->path, NULL, 0, path->where);

		node->folder = true;
		set_access(service, node, path);
	}
}

struct declared {
	const struct policy_path *path;
};

static int compare_paths(const void *left, const void *right)
{
	const struct policy_path *a = ((const struct declared *)left)->path;
	const struct policy_path *b = ((const struct declared *)right)->path;
	size_t length_a = strlen(a->path), length_b = strlen(b->path);

	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Parents before children: a mount over a folder hides what was mounted in it before. */
static void add_files(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct declared *paths =
		arena_alloc(planner->arena, (from->file_count + 1) * sizeof(*paths));

	for (size_t i = 0; i < from->file_count; i++)
		paths[i].path = &from->files[i];
	qsort(paths, from->file_count, sizeof(*paths), compare_paths);
	for (size_t i = 0; i < from->file_count; i++)
		add_path(planner, service, paths[i].path);
}

/*
 * A name that instances share has several addresses.  glibc gives the first line's alone unless it
 * is told that there are more; and told so, it would put IPv6 first, where many do not listen.
 */
static void add_resolver(struct planner *planner, struct plan_service *service)
{
	const struct plan *plan = planner->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *peer =
			text_equal(edge->from, service->name) ? plan_service(plan, edge->to) : NULL;

		if (!peer || !peer->instance)
			continue;
		plan_node_file(planner, service, "/etc/host.conf", "multi on\n")->where =
			edge->where;
		plan_node_file(planner, service, "/etc/gai.conf", "precedence ::ffff:0:0/96 100\n")
			->where = edge->where;
		return;
	}
}

static void add_secrets(struct planner *planner, struct plan_service *service)
{
	for (size_t i = 0; i < service->secret_count; i++) {
		const struct plan_secret *secret = &service->secrets[i];

		if (secret->as_environment)
			continue;
		struct plan_node *node = plan_node(planner, service, PLAN_SECRET,
			arena_printf(planner->arena, "/run/secrets/%s", secret->name),
			secret->where);
		node->source = secret->source;
		node->read_only = true;
		node->mode = 0400;
		node->uid = service->identity.uid;
		node->gid = service->identity.gid;
	}
}

static void add_sockets(struct planner *planner, struct plan_service *service)
{
	const struct plan *plan = planner->plan;

	for (size_t i = 0; i < plan->socket_folder_count; i++) {
		const struct plan_socket_folder *folder = &plan->socket_folders[i];
		struct where where = folder->where;
		bool listens = text_equal(folder->service, service->name), connects = false;

		for (size_t j = 0; j < plan->edge_count && !connects; j++) {
			connects = text_equal(plan->edges[j].from, service->name) &&
				   text_equal(plan->edges[j].folder, folder->name);
			if (connects)
				where = plan->edges[j].where;
		}
		if (!listens && !connects)
			continue;
		struct plan_node *node =
			plan_node(planner, service, PLAN_SOCKETS, folder->folder, where);
		node->source = folder->name;
		node->folder = true;
		node->read_only = !listens;
	}
}

/* Beside all that is there already: so the last of all. */
void plan_view_tree(struct planner *planner, struct plan_service *service)
{
	const struct plan_audit *audit = plan_audit(service, LAYER_VIEW);

	if (!audit)
		return;
	struct plan_node *node = plan_node(planner, service, PLAN_TREE, "/", audit->where);
	node->source = "/";
	node->folder = true;
	node->read_only = true;
}

void plan_view(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	plan_view_skeleton(planner, from, service);
	add_resolver(planner, service);
	add_files(planner, from, service);
	plan_view_programs(planner, from, service);
	add_sockets(planner, service);
	add_secrets(planner, service);
	/* Last: /proc is needed, and the masks cover it, when all else is in place. */
	plan_view_proc(planner, service);
	plan_view_check(planner, from, service);
}
