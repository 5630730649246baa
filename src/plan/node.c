/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/planner.h"

/* Links that every view of a merged-usr system has; never made twice. */
static const char *const usr_links[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

static struct plan_node *find_node(struct plan_service *service, const char *target)
{
	for (size_t i = 0; i < service->node_count; i++)
		if (text_equal(service->nodes[i].target, target))
			return &service->nodes[i];
	return NULL;
}

/* Beneath something of the host that is shown whole: what is there is there already. */
static bool covered(const struct plan_service *service, const char *target)
{
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (node->kind == PLAN_BIND && node->folder &&
			text_path_within(target, node->target))
			return true;
	}
	return false;
}

/* The folders above @target that no mount brings along. */
static void add_parents(struct planner *planner, struct plan_service *service, const char *target,
	struct where where)
{
	for (const char *slash = strchr(target + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *parent =
			arena_text_length(planner->arena, target, (size_t)(slash - target));
		struct plan_node *above = find_node(service, parent);

		if (above || covered(service, parent))
			continue;
		struct plan_node *folder = arena_append(
			planner->arena, &service->nodes, &service->node_count, sizeof(*folder));
		*folder = (struct plan_node){.kind = PLAN_FOLDER,
			.target = parent,
			.folder = true,
			.mode = 0755,
			.where = where};
	}
}

struct plan_node *plan_node_new(struct planner *planner, struct plan_service *service,
	enum plan_node_kind kind, const char *target, struct where where)
{
	struct plan_node *node =
		arena_append(planner->arena, &service->nodes, &service->node_count, sizeof(*node));

	*node = (struct plan_node){.kind = kind, .target = target, .where = where};
	return node;
}

struct plan_node *plan_node(struct planner *planner, struct plan_service *service,
	enum plan_node_kind kind, const char *target, struct where where)
{
	struct plan_node *node = find_node(service, target);

	if (node && node->kind == kind)
		return node;
	/* A folder made only to hold others becomes what is really asked for. */
	if (node && node->kind == PLAN_FOLDER) {
		*node = (struct plan_node){.kind = kind, .target = target, .where = where};
		return node;
	}
	add_parents(planner, service, target, where);
	return plan_node_new(planner, service, kind, target, where);
}

void plan_node_executable(struct plan_node *node, struct where where)
{
	if (!node->executable)
		node->where = where;
	node->executable = true;
}

static bool usr_link(const char *path)
{
	for (size_t i = 0; i < sizeof(usr_links) / sizeof(usr_links[0]); i++)
		if (text_equal(usr_links[i], path))
			return true;
	return false;
}

struct plan_node *plan_node_bind(struct planner *planner, struct plan_service *service,
	const char *resolved, const struct host_link *links, size_t link_count, struct where where)
{
	for (size_t i = 0; i < link_count; i++) {
		if (usr_link(links[i].path) || covered(service, links[i].path) ||
			find_node(service, links[i].path))
			continue;
		struct plan_node *link =
			plan_node(planner, service, PLAN_LINK, links[i].path, where);
		link->content = links[i].target;
	}
	const struct plan_node *before = find_node(service, resolved);
	/* Not a folder that was made to hold others: that becomes this bind. */
	bool known = before && before->kind != PLAN_FOLDER;
	struct plan_node *node = plan_node(planner, service, PLAN_BIND, resolved, where);

	if (!known) {
		node->source = resolved;
		node->read_only = true;
	}
	return node;
}

struct plan_node *plan_node_file(struct planner *planner, struct plan_service *service,
	const char *target, const char *content)
{
	struct plan_node *node = plan_node(planner, service, PLAN_FILE, target, service->where);

	node->content = content;
	node->mode = 0444;
	return node;
}

struct plan_node *plan_node_memory(struct planner *planner, struct plan_service *service,
	const char *target, uint64_t size, uint32_t mode, struct where where)
{
	struct plan_node *node = plan_node(planner, service, PLAN_MEMORY, target, where);

	node->folder = true;
	node->size = size;
	node->mode = mode;
	node->uid = service->identity.uid;
	node->gid = service->identity.gid;
	return node;
}
