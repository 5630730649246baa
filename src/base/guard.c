/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"

/* The pipe ends by the death of this process' parent alone: who ends in order kills this. */
static __attribute__((noreturn)) void watch(
	int pipe, int kept, void (*tidy)(void *context), void *context)
{
	char byte;

	setsid();
	/* No output of the caller is held open by this. */
	if (descriptor_keep(0, (const int[]){pipe, kept}, 2) < 0)
		_exit(1);
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	tidy(context);
	_exit(0);
}

int guard_begin(struct guard *guard, int kept, void (*tidy)(void *context), void *context)
{
	sigset_t all, before;
	int ends[2];

	*guard = GUARD_NONE;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* What is meant for the parent and its group is not meant for this, from its first moment
	 * on: it has all signals blocked. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	guard->pid = fork();
	if (guard->pid == 0) {
		close(ends[1]);
		watch(ends[0], kept, tidy, context);
	}
	int error = guard->pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ends[0]);
	guard->pipe = ends[1];
	if (error < 0)
		guard_end(guard);
	return error;
}

void guard_end(struct guard *guard)
{
	if (guard->pid > 0) {
		kill(guard->pid, SIGKILL);
		while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (guard->pipe >= 0)
		close(guard->pipe);
	*guard = GUARD_NONE;
}
