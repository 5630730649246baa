/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

/* Folders that hold what bulkhead makes: nothing of the host can stand in their place. */
static const struct {
	const char *path;
	bool whole; /* nor anywhere in it */
} made_folders[] = {{"/", false}, {"/dev", true}, {"/etc", false}, {"/proc", true}, {"/run", false},
	{"/run/notify", true}, {"/run/secrets", true}, {"/sys", true}, {"/tmp", false},
	{"/usr", false}, {"/var", false}};

static bool in_made_folder(const char *path)
{
	for (size_t i = 0; i < sizeof(made_folders) / sizeof(made_folders[0]); i++)
		if (text_equal(path, made_folders[i].path) ||
			(made_folders[i].whole && text_path_within(path, made_folders[i].path)))
			return true;
	return false;
}

/* A file that every view has of its own: accounts, names, links. */
static bool is_made_file(const struct plan_service *service, const char *path)
{
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (text_equal(node->target, path) &&
			(node->kind == PLAN_FILE || node->kind == PLAN_HOSTS))
			return true;
	}
	return false;
}

bool plan_view_made(
	struct planner *planner, const struct plan_service *service, const struct policy_path *path)
{
	bool folder = in_made_folder(path->path);

	if (!folder && !is_made_file(service, path->path))
		return false;
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, path->where, 0,
		"%s is made by bulkhead for each service and cannot be declared%s", path->path,
		folder ? " whole" : "");
	report_hint(planner->report, entry,
		folder ? "declare the files and folders in it that the service needs"
		       : "leave it out: it holds the accounts and peers of the service");
	return true;
}

static bool in_group(const struct plan_identity *identity, uint32_t group)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == group)
			return true;
	return identity->gid == group;
}

void plan_view_writable(struct planner *planner, const struct plan_service *service,
	const struct policy_path *path, const struct host_path *found)
{
	const struct plan_identity *identity = &service->identity;
	uint32_t bits = found->uid == identity->uid      ? found->mode >> 6
			: in_group(identity, found->gid) ? found->mode >> 3
							 : found->mode;

	/* Who drops to others may have any of them write. */
	if (path->access != POLICY_WRITE || (bits & 2) || identity->drops)
		return;
	struct report_entry *entry = report_add(planner->report, REPORT_NOTE, path->where, 0,
		"by its mode '%s' cannot write %s: it belongs to uid %" PRIu32
		" and has mode %04" PRIo32,
		service->name, path->path, found->uid, found->mode);
	report_hint(planner->report, entry,
		"run it as the owner: user: NAME, or name a folder that is not there yet: "
		"{path: %s/data, create: 0750}",
		path->path);
}

/*
 * Is the folder @path in the view by this node?  What bulkhead makes holds what is planned and no
 * more; what it shows of the host holds what is there.
 */
static bool holds_folder(
	const struct plan_node *node, const char *path, const struct host_path *found)
{
	if (!node->folder || !text_path_within(path, node->target))
		return false;
	if (text_equal(path, node->target) || node->kind == PLAN_PROC)
		return true;
	/* A link is followed in the view, and what could not be looked at is seen there. */
	return node->kind == PLAN_BIND && (!found || found->error || found->kind == HOST_FOLDER);
}

static void check_workdir(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const char *path = from->workdir.text;

	if (!path || text_equal(path, "/"))
		return;
	const struct host_path *found = host_path(planner->host, path);
	const char *resolved = found && found->resolved ? found->resolved : path;
	for (size_t i = 0; i < service->node_count; i++)
		if (holds_folder(&service->nodes[i], path, found) ||
			holds_folder(&service->nodes[i], resolved, found))
			return;
	struct report_entry *entry = plan_missing(planner, from->workdir.where,
		"workdir %s is not a folder in the view of '%s'", path, from->name);
	report_hint(planner->report, entry, "declare it: files: {read: [%s]}, or make the folder",
		path);
}

static void refuse(struct planner *planner, const struct plan_node *written,
	const struct plan_node *node, const char *text, const char *because)
{
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, written->where, 0,
		"%s can be written, and %s %s", written->target, node->target, text);

	if (node != written)
		report_other(entry, node->where, because);
	report_hint(planner->report, entry,
		"declared names may be links: look where each of them leads on this machine");
}

/*
 * What the text forbids must not come true by links: two names in the policy
 * may lead to one place on this machine.
 */
static void check_written(struct planner *planner, const struct plan_service *service,
	const struct plan_node *written)
{
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (node->kind != PLAN_BIND)
			continue;
		if (node->executable && (text_path_within(node->target, written->target) ||
						text_path_within(written->target, node->target)))
			refuse(planner, written, node, "is loaded or executed", "because of this");
		else if (node->as_root && node == written)
			refuse(planner, written, node, "is read as root", "because of this");
	}
}

void plan_view_check(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	check_workdir(planner, from, service);
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (node->kind == PLAN_BIND && !node->read_only && !node->device)
			check_written(planner, service, node);
	}
}
