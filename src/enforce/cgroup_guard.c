/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "plan/plan.h"

/* Nothing but the pipe's end: no output of the caller is held open by this. */
static void keep_one(int fd)
{
	if (fd > 0)
		close_range(0, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0U, 0);
}

/* The other end of @pipe is closed by the launcher's death alone: who ends in order kills this. */
static __attribute__((noreturn)) void watch(const struct enforce_launch *launch, int pipe)
{
	sigset_t all;
	char byte;

	/* What is meant for the launcher and its group is not meant for this. */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	keep_one(pipe);
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	enforce_cgroup_remove(launch->plan->stack, launch->cgroup_name, NULL);
	_exit(0);
}

int enforce_guard_begin(struct enforce_launch *launch, struct fault *why)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fault(why, -errno, launch->service->where, "cannot make a pipe");
	launch->guard.pid = fork();
	if (launch->guard.pid == 0)
		watch(launch, ends[0]);
	close(ends[0]);
	launch->guard.pipe = ends[1];
	if (launch->guard.pid < 0)
		return fault(why, -errno, launch->service->where,
			"cannot fork what tidies up after a killed launch");
	return 0;
}

void enforce_guard_end(struct enforce_guard *guard)
{
	if (guard->pid > 0) {
		kill(guard->pid, SIGKILL);
		while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (guard->pipe >= 0)
		close(guard->pipe);
	*guard = (struct enforce_guard){.pid = -1, .pipe = -1};
}
