/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"
#include "stack/launch_part.h"

/* The child begins in the service's network namespace; the launcher comes back. */
static int enter_network(const struct enforce_launch *launch, int network, struct fault *why)
{
	if (launch->enters || launch->home_network < 0)
		return 0;
	if (setns(network, CLONE_NEWNET) < 0)
		return fault(
			why, -errno, launch->service->where, "cannot enter the network namespace");
	return 0;
}

/* Who enters finds all of them there. */
static uint64_t new_namespaces(const struct enforce_launch *launch)
{
	uint64_t kinds = CLONE_NEWNS;

	if (launch->enters)
		return 0;
	if (!enforce_leaves_out(launch, LAYER_IDENTITY))
		kinds |= CLONE_NEWUSER;
	if (!enforce_leaves_out(launch, LAYER_NAMESPACES))
		kinds |= CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
	return kinds;
}

int stack_launch_clone(struct enforce_launch *launch,
	void (*be_init)(struct enforce_launch *launch), struct fault *why)
{
	struct clone_args arguments = {
		.flags = new_namespaces(launch) | CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&launch->init_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)launch->cgroup,
	};
	int error = enter_network(launch, launch->network, why);
	if (error < 0)
		return error;
	launch->init = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (launch->init == 0)
		be_init(launch);
	if (launch->init < 0)
		error = fault(why, -errno, launch->service->where,
			launch->enters ? "cannot start another process in '%s'"
				       : "cannot make the namespaces of '%s'",
			launch->service->name);
	int back = enter_network(launch, launch->home_network, why);
	return error < 0 ? error : back;
}
