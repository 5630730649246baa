/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"

/* As pid 1 of its namespace it would not see a TERM that nobody handles. */
static void end(int signal)
{
	(void)signal;
	_exit(0);
}

static volatile sig_atomic_t leaving;

static void leave(int signal)
{
	(void)signal;
	leaving = 1;
}

bool gateway_process_leaves(void)
{
	return leaving;
}

/* To leave is heard of where it is waited for alone. */
static void settle_signals(void)
{
	sigset_t heard_later;

	for (int i = 1; i < NSIG; i++)
		signal(i, i == SIGTERM || i == SIGINT ? end
			  : i == GATEWAY_LEAVE        ? leave
			  : i == SIGPIPE              ? SIG_IGN
						      : SIG_DFL);
	sigemptyset(&heard_later);
	sigaddset(&heard_later, GATEWAY_LEAVE);
	sigprocmask(SIG_SETMASK, &heard_later, NULL);
}

int gateway_process_own(uint32_t id)
{
	setfsuid(id);
	/* It says nothing of failure but the id that it had before. */
	return setfsuid((uid_t)-1) == (int)id ? 0 : -EPERM;
}

int gateway_process_keep(const int *kept, size_t count)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		if (dup2(null, i) < 0)
			return -errno;
	return descriptor_keep(3, kept, count);
}

/* @status takes one byte when it serves, else the fault. */
static __attribute__((noreturn)) void live(const struct gateway_process *process, int status)
{
	struct fault why = {0};

	setsid();
	prctl(PR_SET_NAME, process->name);
	settle_signals();
	process->live(process->what, status, &why);
	descriptor_write(status, &why, sizeof(why));
	_exit(1);
}

static pid_t clone_into(int cgroup, int *pidfd)
{
	struct clone_args arguments = {.flags = CLONE_NEWPID | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD};

	if (cgroup >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)cgroup;
	}
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* One byte: it serves.  A whole fault: that is why not.  Neither: it died. */
static int hear(const struct gateway_process *process, int status, struct fault *why)
{
	struct fault said;
	size_t length = 0;
	ssize_t got;

	do {
		got = read(status, (char *)&said + length, sizeof(said) - length);
		if (got > 0)
			length += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		return fault(why, -errno, process->where, "cannot hear from the %s", process->name);
	if (length == 1)
		return 0;
	if (length != sizeof(said))
		return fault(why, -ECHILD, process->where, "the %s died before it could serve",
			process->name);
	if (!said.where.file)
		said.where = process->where;
	if (why)
		*why = said;
	return said.code ? said.code : -EIO;
}

int gateway_process_start(const struct gateway_process *process, int cgroup, pid_t *pid, int *pidfd,
	struct fault *why)
{
	int status[2], error;

	*pid = *pidfd = -1;
	if (pipe2(status, O_CLOEXEC) < 0)
		return fault(why, -errno, process->where, "cannot make a pipe");
	*pid = clone_into(cgroup, pidfd);
	if (*pid == 0)
		live(process, status[1]);
	error = *pid < 0 ? fault(why, -errno, process->where, "cannot start the %s", process->name)
			 : 0;
	close(status[1]);
	if (!error)
		error = hear(process, status[0], why);
	close(status[0]);
	if (error && *pid > 0) {
		kill(*pid, SIGKILL);
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(*pidfd);
	}
	if (error)
		*pid = *pidfd = -1;
	return error;
}
