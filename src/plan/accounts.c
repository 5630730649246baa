/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/arena.h"
#include "plan/planner.h"

/* Names for the ids that the service may meet, and no others. */
const char *plan_passwd(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const struct plan_identity *identity = &service->identity;
	const char *text = arena_printf(planner->arena,
		"root:x:0:0:root:/:/usr/sbin/nologin\n"
		"%s:x:%" PRIu32 ":%" PRIu32 "::%s:/usr/sbin/nologin\n",
		identity->user, identity->uid, identity->gid, identity->home);

	for (size_t i = 0; i < from->users.count; i++) {
		const struct host_user *user = host_user(planner->host, from->users.items[i].text);

		if (user && user->found && user->uid != identity->uid)
			text = arena_printf(planner->arena,
				"%s%s:x:%" PRIu32 ":%" PRIu32 "::/:/usr/sbin/nologin\n", text,
				user->name, user->uid, user->gid);
	}
	return arena_printf(planner->arena,
		"%snobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n", text);
}

const char *plan_group(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const struct plan_identity *identity = &service->identity;
	const char *text = arena_printf(planner->arena, "root:x:0:\n%s:x:%" PRIu32 ":\n",
		identity->group_name, identity->gid);

	for (size_t i = 0; i < from->groups.count; i++) {
		const struct host_group *found =
			host_group(planner->host, from->groups.items[i].text);

		if (found && found->found && found->gid != identity->gid)
			text = arena_printf(planner->arena, "%s%s:x:%" PRIu32 ":%s\n", text,
				found->name, found->gid, identity->user);
	}
	for (size_t i = 0; i < from->users.count; i++) {
		const struct host_user *user = host_user(planner->host, from->users.items[i].text);

		if (user && user->found && user->gid != identity->gid && user->group)
			text = arena_printf(planner->arena, "%s%s:x:%" PRIu32 ":\n", text,
				user->group, user->gid);
	}
	return arena_printf(planner->arena, "%snogroup:x:65534:\n", text);
}
