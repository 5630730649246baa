/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

/* One name in it, which the init makes before the service begins. */
#define FOLDER "/run/notify"
enum { ROOM = 4096 };

static void refuse_own(struct planner *planner, const struct plan_service *service)
{
	for (size_t i = 0; i < service->environment_count; i++)
		if (text_equal(service->environment[i].name, "NOTIFY_SOCKET"))
			report_add(planner->report, REPORT_ERROR, service->environment[i].where, 0,
				"NOTIFY_SOCKET is made by bulkhead for 'ready: notify'");
}

void plan_notify(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	const struct policy_probe *ready = &from->life.ready;

	if (ready->kind != POLICY_PROBE_NOTIFY)
		return;
	refuse_own(planner, service);
	struct plan_node *node = plan_node(planner, service, PLAN_NOTIFY, FOLDER, ready->where);
	node->folder = true;
	node->size = ROOM;
	node->mode = 0755;
	struct plan_variable *variable = arena_append(planner->arena, &service->environment,
		&service->environment_count, sizeof(*variable));
	*variable =
		(struct plan_variable){"NOTIFY_SOCKET", FOLDER "/" PLAN_NOTIFY_NAME, ready->where};
}
