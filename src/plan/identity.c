/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/capability.h>

#include "base/arena.h"
#include "base/report.h"
#include "catalog/capability.h"
#include "plan/planner.h"

static uint32_t own_id(const struct planner *planner, const char *name)
{
	const struct host_id *own = host_id(planner->host, name);

	return own ? own->id : planner->host->id_first;
}

static void map(struct planner *planner, struct plan_extent **extents, size_t *count,
	uint32_t inside, uint32_t outside, struct where where)
{
	for (size_t i = 0; i < *count; i++)
		if ((*extents)[i].inside == inside)
			return;
	struct plan_extent *extent = arena_append(planner->arena, extents, count, sizeof(*extent));
	*extent = (struct plan_extent){inside, outside, 1, where};
}

static void map_user(
	struct planner *planner, struct plan_identity *identity, uint32_t uid, struct where where)
{
	map(planner, &identity->uids, &identity->uid_count, uid, uid, where);
}

static void map_group(
	struct planner *planner, struct plan_identity *identity, uint32_t gid, struct where where)
{
	map(planner, &identity->gids, &identity->gid_count, gid, gid, where);
}

static void refuse_root(struct planner *planner, struct where where, const char *what)
{
	struct report_entry *entry = report_add(planner->report, REPORT_ERROR, where, 0,
		"a service never runs as root: %s is id 0 on this machine", what);
	report_hint(planner->report, entry,
		"name another user, or leave `user` out for an id of the service's own");
}

/* The declared user, or an id of the service's own that owns nothing on the host: one for all
 * instances, so that what one of them writes is the others' as well. */
static void choose_user(
	struct planner *planner, const struct policy_service *from, struct plan_identity *identity)
{
	const char *own =
		arena_printf(planner->arena, "%s/%s/user", planner->plan->stack, from->name);
	const struct host_user *user =
		from->user.text ? host_user(planner->host, from->user.text) : NULL;

	identity->where = from->user.text ? from->user.where : from->where;
	identity->uid = identity->gid = own_id(planner, own);
	identity->user = identity->group_name = from->user.text ? from->user.text : from->name;
	identity->home = "/";
	if (!from->user.text)
		return;
	if (!user || !user->found) {
		struct report_entry *entry = plan_missing(planner, from->user.where,
			"there is no user '%s' on this machine", from->user.text);

		report_hint(planner->report, entry,
			"adduser --system %s, or leave 'user' out: it gets an id of its own",
			from->user.text);
		return;
	}
	identity->uid = user->uid;
	identity->gid = user->gid;
	identity->group_name = user->group ? user->group : from->user.text;
	identity->home = user->home ? user->home : "/";
	if (user->uid == 0)
		refuse_root(planner, from->user.where, from->user.text);
}

static bool find_group(
	struct planner *planner, const struct policy_text *name, struct host_group *found)
{
	const struct host_group *group = host_group(planner->host, name->text);

	if (!group || !group->found) {
		plan_missing(
			planner, name->where, "there is no group '%s' on this machine", name->text);
		return false;
	}
	if (group->gid == 0)
		refuse_root(planner, name->where, name->text);
	*found = *group;
	return true;
}

void plan_identity(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan_identity *identity = &service->identity;
	struct host_group group;

	identity->init_id = own_id(planner,
		arena_printf(planner->arena, "%s/%s", planner->plan->stack, service->name));
	choose_user(planner, from, identity);
	if (from->group.text && find_group(planner, &from->group, &group)) {
		identity->gid = group.gid;
		identity->group_name = from->group.text;
	}
	map(planner, &identity->uids, &identity->uid_count, 0, identity->init_id, from->where);
	map(planner, &identity->gids, &identity->gid_count, 0, identity->init_id, from->where);
	map_user(planner, identity, identity->uid, identity->where);
	map_group(planner, identity, identity->gid,
		from->group.text ? from->group.where : identity->where);
	for (size_t i = 0; i < from->groups.count; i++) {
		if (!find_group(planner, &from->groups.items[i], &group))
			continue;
		uint32_t *gid = arena_append(
			planner->arena, &identity->groups, &identity->group_count, sizeof(*gid));
		*gid = group.gid;
		map_group(planner, identity, group.gid, from->groups.items[i].where);
	}
	for (size_t i = 0; i < from->users.count; i++) {
		const struct policy_text *name = &from->users.items[i];
		const struct host_user *user = host_user(planner->host, name->text);

		identity->drops = true;
		if (!user || !user->found) {
			plan_missing(planner, name->where, "there is no user '%s' on this machine",
				name->text);
			continue;
		}
		if (user->uid == 0)
			refuse_root(planner, name->where, name->text);
		map_user(planner, identity, user->uid, name->where);
		map_group(planner, identity, user->gid, name->where);
	}
}

static void keep(
	struct planner *planner, struct plan_service *service, unsigned number, struct where where)
{
	for (size_t i = 0; i < service->capability_count; i++)
		if (service->capabilities[i].number == number)
			return;
	struct plan_capability *capability = arena_append(planner->arena, &service->capabilities,
		&service->capability_count, sizeof(*capability));
	*capability = (struct plan_capability){number, catalog_capability(number)->name, where};
}

void plan_capabilities(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < from->capabilities.count; i++) {
		const struct policy_text *name = &from->capabilities.items[i];
		int number = catalog_capability_number(name->text);

		if (number >= 0)
			keep(planner, service, (unsigned)number, name->where);
	}
	/* A daemon that drops to its `users` itself: inside its own namespace only. */
	if (from->users.count) {
		keep(planner, service, CAP_SETUID, from->users.items[0].where);
		keep(planner, service, CAP_SETGID, from->users.items[0].where);
	}
}
