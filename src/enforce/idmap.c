/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "plan/plan.h"

static int write_maps(pid_t child, long uid, long gid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)child);
	scoped(fd) int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return -errno;
	int error = descriptor_put(process, "uid_map", "0 %ld 1\n", uid);
	if (error == 0)
		error = descriptor_put(process, "gid_map", "0 %ld 1\n", gid);
	if (error < 0)
		return error;
	int space = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
	return space < 0 ? -errno : space;
}

int enforce_idmap(const struct plan_identity *identity, struct fault *why)
{
	struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	long uid = enforce_outside(identity->uids, identity->uid_count, identity->uid);
	long gid = enforce_outside(identity->gids, identity->gid_count, identity->gid);

	if (uid < 0 || gid < 0)
		return fault(why, -EINVAL, identity->where, "'%s' is not in its own map",
			identity->user);
	pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (child < 0)
		return fault(why, -errno, identity->where, "cannot make a user namespace");
	if (child == 0) {
		/* Where the launcher died before this, init reaps nobody waiting: it has a limit.
		 */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		alarm(10);
		for (;;)
			pause();
	}
	int space = write_maps(child, uid, gid);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (space < 0)
		return fault(
			why, space, identity->where, "cannot map root to '%s'", identity->user);
	return space;
}
