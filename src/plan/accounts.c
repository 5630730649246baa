/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/arena.h"
#include "plan/planner.h"

/*
 * Names for the ids that the service may meet, and no others.  Several keys may
 * name one account: it is listed once, where it comes first.
 */
struct accounts {
	struct arena *arena;
	const char *text;
	uint32_t *ids; /* listed already */
	size_t count;
};

static bool is_new(struct accounts *accounts, uint32_t id)
{
	for (size_t i = 0; i < accounts->count; i++)
		if (accounts->ids[i] == id)
			return false;
	uint32_t *listed =
		arena_append(accounts->arena, &accounts->ids, &accounts->count, sizeof(*listed));
	*listed = id;
	return true;
}

static void list_user(
	struct accounts *accounts, const char *name, uint32_t uid, uint32_t gid, const char *home)
{
	if (is_new(accounts, uid))
		accounts->text = arena_printf(accounts->arena,
			"%s%s:x:%" PRIu32 ":%" PRIu32 "::%s:/usr/sbin/nologin\n", accounts->text,
			name, uid, gid, home);
}

static void list_group(
	struct accounts *accounts, const char *name, uint32_t gid, const char *member)
{
	if (is_new(accounts, gid))
		accounts->text = arena_printf(accounts->arena, "%s%s:x:%" PRIu32 ":%s\n",
			accounts->text, name, gid, member);
}

const char *plan_passwd(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const struct plan_identity *identity = &service->identity;
	struct accounts accounts = {
		.arena = planner->arena, .text = "root:x:0:0:root:/:/usr/sbin/nologin\n"};

	list_user(&accounts, identity->user, identity->uid, identity->gid, identity->home);
	for (size_t i = 0; i < from->users.count; i++) {
		const struct host_user *user = host_user(planner->host, from->users.items[i].text);

		if (user && user->found)
			list_user(&accounts, user->name, user->uid, user->gid, "/");
	}
	return arena_printf(planner->arena,
		"%snobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n", accounts.text);
}

const char *plan_group(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const struct plan_identity *identity = &service->identity;
	struct accounts accounts = {.arena = planner->arena, .text = "root:x:0:\n"};

	list_group(&accounts, identity->group_name, identity->gid, "");
	for (size_t i = 0; i < from->groups.count; i++) {
		const struct host_group *found =
			host_group(planner->host, from->groups.items[i].text);

		if (found && found->found)
			list_group(&accounts, found->name, found->gid, identity->user);
	}
	for (size_t i = 0; i < from->users.count; i++) {
		const struct host_user *user = host_user(planner->host, from->users.items[i].text);

		if (user && user->found && user->group)
			list_group(&accounts, user->group, user->gid, "");
	}
	return arena_printf(planner->arena, "%snogroup:x:65534:\n", accounts.text);
}
