/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/explainer.h"
#include "base/text.h"
#include "plan/plan.h"
#include "policy/policy.h"

static bool program(const struct plan_service *service, const struct plan_node *node)
{
	for (size_t i = 0; i < service->program_count; i++)
		if (text_equal(service->programs[i].path, node->target))
			return true;
	return text_equal(service->program, node->target);
}

static const struct policy_path *written_as(
	const struct explainer *explainer, const struct plan_node *node)
{
	const struct policy_service *from = explainer->policy;

	for (size_t i = 0; from && i < from->file_count; i++)
		if (text_equal(from->files[i].where.file, node->where.file) &&
			from->files[i].where.line == node->where.line &&
			from->files[i].where.column == node->where.column)
			return &from->files[i];
	return NULL;
}

static void explain_bind(struct explainer *explainer, const struct plan_service *service,
	const struct plan_node *node)
{
	const struct policy_path *path = written_as(explainer, node);
	const char *right = node->device       ? "device"
			    : node->as_root    ? "read as root"
			    : node->executable ? "load"
			    : node->read_only  ? "read"
					       : "write";

	if (program(service, node))
		return;
	/* Libraries come by the dozen, from the line of their program. */
	if (!path || !text_equal(path->path, node->target)) {
		analyze_right_joined(explainer, LAYER_VIEW, right, node->where, node->target);
		return;
	}
	analyze_right(explainer, LAYER_VIEW, right, node->where, "%s%s%s", node->target,
		node->folder ? "/" : "", node->create ? " (made when missing)" : "")
		->why = path->why;
}

/* In the largest of the policy's units that says it whole. */
static void explain_memory(struct explainer *explainer, const struct plan_node *node)
{
	static const char *const units[] = {"", "KB", "MB", "GB"};
	uint64_t size = node->size;
	size_t unit = 0;

	while (unit + 1 < sizeof(units) / sizeof(units[0]) && size > 0 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	analyze_right(explainer, LAYER_VIEW, "write (memory)", node->where, "%s/, %" PRIu64 "%s",
		node->target, size, units[unit]);
}

static void explain_node(struct explainer *explainer, const struct plan_service *service,
	const struct plan_node *node)
{
	switch (node->kind) {
	case PLAN_BIND:
		explain_bind(explainer, service, node);
		break;
	case PLAN_FILE:
	case PLAN_HOSTS:
		analyze_right_joined(
			explainer, LAYER_VIEW, "read (made)", node->where, node->target);
		break;
	case PLAN_MEMORY:
		explain_memory(explainer, node);
		break;
	case PLAN_PROC:
		analyze_right(explainer, LAYER_VIEW, "read", node->where,
			"%s/ of its own processes", node->target);
		break;
	case PLAN_SECRET:
		analyze_right(explainer, LAYER_VIEW, "secret", node->where, "%s", node->target);
		break;
	case PLAN_SOCKETS:
		analyze_right(explainer, LAYER_VIEW,
			node->read_only ? "sockets in" : "makes sockets in", node->where, "%s/",
			node->target);
		break;
	case PLAN_NOTIFY:
		analyze_right(explainer, LAYER_VIEW, "sends to its init", node->where,
			"%s/" PLAN_NOTIFY_NAME, node->target);
		break;
	case PLAN_TREE:
		analyze_right(explainer, LAYER_VIEW, "read (audit)", node->where,
			"whatever its user may read on this machine");
		break;
	case PLAN_FOLDER:
	case PLAN_LINK:
	case PLAN_MASK:
		break;
	}
}

static bool shown(const struct plan_service *service, struct where where)
{
	for (size_t i = 0; i < service->node_count; i++)
		if (text_equal(service->nodes[i].where.file, where.file) &&
			service->nodes[i].where.line == where.line &&
			service->nodes[i].where.column == where.column)
			return true;
	return false;
}

static void explain_absent(struct explainer *explainer, const struct plan_service *service)
{
	static const char *const rights[] = {
		[POLICY_READ] = "read",
		[POLICY_WRITE] = "write",
		[POLICY_LOAD] = "load",
		[POLICY_READ_AS_ROOT] = "read as root",
	};
	const struct policy_service *from = explainer->policy;

	for (size_t i = 0; from && i < from->file_count; i++) {
		const struct policy_path *path = &from->files[i];
		struct analyze_right *entry;

		if (!path->if_present || shown(service, path->where))
			continue;
		entry = analyze_right(
			explainer, LAYER_VIEW, rights[path->access], path->where, "%s", path->path);
		entry->absent = true;
		entry->why = path->why;
	}
}

void analyze_explain_view(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan_landlock *landlock = &service->landlock;

	for (size_t i = 0; i < service->node_count; i++)
		explain_node(explainer, service, &service->nodes[i]);
	explain_absent(explainer, service);
	for (size_t i = 0; i < service->environment_count; i++)
		analyze_right(explainer, LAYER_VIEW, "environment", service->environment[i].where,
			"%s=%s", service->environment[i].name, service->environment[i].value);
	for (size_t i = 0; i < service->secret_count; i++)
		if (service->secrets[i].as_environment)
			analyze_right(explainer, LAYER_VIEW, "secret", service->secrets[i].where,
				"%s, in its environment", service->secrets[i].name);
	for (size_t i = 0; i < landlock->port_count; i++)
		analyze_right(explainer, LAYER_LANDLOCK, "bind", landlock->ports[i].where,
			"TCP port %" PRIu32, landlock->ports[i].port);
}
