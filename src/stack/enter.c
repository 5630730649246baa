/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/enter.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/member.h"

enum { LONGEST_NAME = 300 };

/* Its own, below the service's: so all that it begets can be ended, and nothing else. */
static const char *cgroup_of(const struct stack_enter *enter, char name[LONGEST_NAME])
{
	snprintf(name, LONGEST_NAME, "%s/exec-%d", enter->service->name, (int)getpid());
	return name;
}

int stack_enter(const struct stack_enter *enter, struct stack_launched *entered, bool *not_executed,
	struct fault *why)
{
	const struct plan_service *service = enter->service;
	char cgroup[LONGEST_NAME];
	scoped(fd) int init = stack_member_open(enter->member);
	const struct stack_launch_options options = {
		.without = enter->member->without,
		.kill_after = enter->kill_after,
		.network = -1,
		.router = -1,
		.cgroup_name = cgroup_of(enter, cgroup),
		.foreground = true,
		.log_folder = -1,
		.exit_record = -1,
		.command = enter->command,
		.enters = true,
		.entered = init,
		.entered_pid = enter->member->pid,
	};

	*not_executed = false;
	if (init < 0) {
		fault_of(why, FAULT_NO, 0, service->where, "'%s' is not running", service->name);
		return -ESRCH;
	}
	int error = stack_launch(enter->plan, service, &options, entered, why);
	if (error == -EAGAIN)
		fault_hint(why, "'%s' has all the processes that its limits allow", service->name);
	if (error == -EACCES && service->view_closes)
		fault_hint(why, "since it is ready, '%s' executes nothing any more (after-ready)",
			service->name);
	if (error < 0)
		*not_executed = stack_launch_not_executed(why);
	return error;
}

void stack_enter_end(const struct stack_enter *enter, struct stack_launched *entered)
{
	char cgroup[LONGEST_NAME];

	stack_kill(enter->plan, cgroup_of(enter, cgroup), NULL);
	stack_launched_close(entered);
}
