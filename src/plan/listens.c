/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

static const char *folder_of(struct planner *planner, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_text_length(planner->arena, path, (size_t)(slash - path));
}

/* "pages+run+php": what else the service listens on does not change it. */
static const char *folder_name(struct planner *planner, const char *service, const char *folder)
{
	const char *name = service;

	for (; *folder; folder++)
		if (*folder == '/')
			name = arena_printf(planner->arena, "%s+", name);
		else if (*folder == '+' || *folder == '%')
			name = arena_printf(planner->arena, "%s%%%02x", name, *folder);
		else
			name = arena_printf(planner->arena, "%s%c", name, *folder);
	return name;
}

static uint32_t socket_group(struct planner *planner, const struct policy_listen *listen,
	const struct plan_service *service)
{
	if (!listen->group)
		return service->identity.gid;
	const struct host_group *group = host_group(planner->host, listen->group);
	if (group && group->found)
		return group->gid;
	plan_missing(
		planner, listen->where, "there is no group '%s' on this machine", listen->group);
	return service->identity.gid;
}

void plan_listens(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan *plan = planner->plan;

	for (size_t i = 0; i < from->listen_count; i++) {
		const struct policy_listen *given = &from->listens[i];
		struct plan_listen *listen = arena_append(
			planner->arena, &service->listens, &service->listen_count, sizeof(*listen));

		*listen = (struct plan_listen){(enum plan_transport)given->transport, given->first,
			given->last, given->path, given->mode, given->at, given->where};
		if (given->transport != POLICY_UNIX)
			continue;
		const char *path = folder_of(planner, given->path);
		bool known = false;
		for (size_t j = 0; j < plan->socket_folder_count && !known; j++)
			known = text_equal(plan->socket_folders[j].service, service->name) &&
				text_equal(plan->socket_folders[j].folder, path);
		if (known)
			continue;
		struct plan_socket_folder *folder = arena_append(planner->arena,
			&plan->socket_folders, &plan->socket_folder_count, sizeof(*folder));
		*folder = (struct plan_socket_folder){
			.name = folder_name(planner, service->name, path),
			.service = service->name,
			.folder = path,
			.uid = service->identity.uid,
			.gid = socket_group(planner, given, service),
			.where = given->where,
		};
	}
}

const struct plan_socket_folder *plan_socket_folder(
	const struct plan *plan, const char *service, const char *path)
{
	for (size_t i = 0; i < plan->socket_folder_count; i++)
		if (text_equal(plan->socket_folders[i].service, service) &&
			text_path_within(path, plan->socket_folders[i].folder))
			return &plan->socket_folders[i];
	return NULL;
}

/* A socket folder is mode 2770: who is not of its group cannot pass. */
void plan_socket_member(struct planner *planner, const struct plan_socket_folder *folder,
	const struct plan_service *service, struct where where)
{
	const struct plan_identity *identity = &service->identity;
	bool member = identity->gid == folder->gid || identity->uid == folder->uid;

	for (size_t i = 0; i < identity->group_count; i++)
		member = member || identity->groups[i] == folder->gid;
	if (member)
		return;
	struct report_entry *entry = report_add(planner->report, REPORT_WARNING, where, 0,
		"'%s' runs as %s, which is not of the group of %s", service->name, identity->user,
		folder->folder);
	report_other(entry, folder->where, "the socket folder belongs to this group");
	/* Without a `user` its group is one of its own, which no policy can name. */
	if (identity->gid < planner->host->id_first)
		report_hint(planner->report, entry,
			"give the socket the group of '%s' (group: %s), or add the socket's group "
			"to its `groups`",
			service->name, identity->group_name);
	else
		report_hint(planner->report, entry,
			"give '%s' a `user`, and the socket the group of that, or add the socket's "
			"group to its `groups`",
			service->name);
}
