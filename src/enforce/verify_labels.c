/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/labels.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

void enforce_verify_labels(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const char *folder = "", *what = "", *root = enforce_cgroup_root();
	size_t ports = 0;

	if (!service->ports_held) {
		enforce_verify_say(verdict, ENFORCE_ABSENT, service->where,
			"this kernel runs no program when a port is bound");
		return;
	}
	if (!enforce_verify_cgroup(context, &folder)) {
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, service->where, "it has left its cgroup");
		return;
	}
	const char *path = arena_printf(context->arena, "%s%s", root ? root : "", folder);
	scoped(fd) int group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < service->listen_count; i++)
		ports += service->listens[i].transport != PLAN_UNIX;
	if (group < 0)
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, service->where, "its cgroup cannot be opened");
	else if (!enforce_labels_attached(context->plan, service, group, &what))
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->where,
			"its cgroup does not run the planned program for %s", what);
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, service->where,
			"its cgroup lets it bind %zu port%s, by IPv4 and IPv6, and no other kind "
			"of "
			"socket or device",
			ports, ports == 1 ? "" : "s");
}
