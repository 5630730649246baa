/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/single.h"

#include "base/fault.h"
#include "base/scoped.h"
#include "drill/attempt.h"
#include "drill/await.h"
#include "drill/launch.h"
#include "drill/made.h"
#include "drill/moment.h"
#include "drill/need.h"
#include "drill/report.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

int drill_single(const struct drill_world *world, const struct plan_service *service, int output,
	const struct drill_attempt *attempt, const struct drill_arguments *arguments,
	struct drill_answer *answer, struct fault *why)
{
	const char *words[] = {NULL, drill_payload_name(attempt), drill_first(world, arguments),
		arguments->second, NULL};
	struct stack_launched launched;
	char group[96];
	scoped(fd) int go = attempt->kind == DRILL_LATE ? drill_moment_input() : -1;

	drill_launch_group(world, service, false, group);
	int error = drill_launch(world, service, group, words, &launched, why);
	if (go >= 0)
		drill_moment_no_input();
	if (error)
		return error;
	if (attempt->kind == DRILL_LATE)
		error = drill_moment(world, service, &launched, output, go, attempt, answer, why);
	else
		error = drill_await(launched.init_pidfd, output, attempt, answer);
	int removed = stack_kill(world->plan, group, why);
	stack_launched_close(&launched);
	if (error)
		return fault(
			why, error, service->where, "cannot wait for attempt %s", attempt->name);
	return removed;
}
