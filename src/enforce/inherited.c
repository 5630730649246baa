/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

/* What a process has from whoever started it, and nobody declared: how it is scheduled, when the
 * kernel kills it for memory, its session, keys, personality, signals and umask. */

static int fail(const struct enforce_launch *launch, const char *what, struct fault *why)
{
	return fault(why, -errno, launch->service->where, "cannot %s", what);
}

/* A caller may be spared when memory is short; a higher score than usual stays. */
static int settle_score(struct enforce_launch *launch, struct fault *why)
{
	const char *path = arena_printf(launch->arena, "/proc/%d/oom_score_adj", (int)launch->init);
	const char *text;
	ssize_t length = descriptor_read_value(AT_FDCWD, path, launch->arena, &text);
	/* Written with the host's rights, so that the service cannot lower it again. */
	int error = length < 0                   ? (int)length
		    : strtol(text, NULL, 10) < 0 ? descriptor_put(AT_FDCWD, path, "0")
						 : 0;

	if (error < 0)
		return fault(why, error, launch->service->where, "cannot settle %s", path);
	return 0;
}

int enforce_settle_scheduling(struct enforce_launch *launch, struct fault *why)
{
	const struct sched_param none = {0};
	const pid_t init = launch->init;
	int policy = sched_getscheduler(init);
	long order = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, init);

	if ((policy == SCHED_FIFO || policy == SCHED_RR) &&
		sched_setscheduler(init, SCHED_OTHER, &none) < 0)
		return fail(launch, "take it from the real-time scheduler", why);
	if (getpriority(PRIO_PROCESS, (id_t)init) < 0 &&
		setpriority(PRIO_PROCESS, (id_t)init, 0) < 0)
		return fail(launch, "take its higher priority", why);
	if (order > 0 && IOPRIO_PRIO_CLASS(order) == IOPRIO_CLASS_RT &&
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, init, 0) < 0)
		return fail(launch, "take its priority at disks", why);
	return settle_score(launch, why);
}

int enforce_leave_keys(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	int error = -errno;
	/* A kernel that keeps no keys; a container whose filter refuses them to all in it. */
	if (error == -ENOSYS ||
		syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) < 0)
		return 0;
	return error;
}

/*
 * The init leads a session of its own: what a terminal sends to the caller's
 * group does not come twice.  Keys of the caller stay with the caller.  A
 * personality without address randomisation would survive every exec.
 */
int enforce_begin_session(struct enforce_launch *launch, struct fault *why)
{
	if (setsid() < 0)
		return fail(launch, "begin a session", why);
	int error = enforce_leave_keys();
	if (error < 0)
		return fault(why, error, launch->service->where, "cannot leave the caller's keys");
	if (personality(PER_LINUX) < 0)
		return fail(launch, "take on the usual personality", why);
	return 0;
}

/* As the kernel takes it: all zero, on every architecture, is the default action. */
struct kernel_action {
	unsigned long words[8];
};

enum { KERNEL_SIGNAL_SET = 8 /* bytes: 64 signals */ };

/* The signals that this process ignores, as bits from 1 on; all of them when it cannot be told. */
static uint64_t ignored_signals(struct arena *arena)
{
	static const char name[] = "\nSigIgn:\t";
	const char *text, *line = NULL;

	if (descriptor_read_value(AT_FDCWD, "/proc/self/status", arena, &text) > 0)
		line = strstr(text, name);
	return line ? strtoull(line + strlen(name), NULL, 16) : UINT64_MAX;
}

/* An ignored signal stays ignored through an exec; one that is handled does not. */
int enforce_reset_signals(struct enforce_launch *launch, struct fault *why)
{
	static const struct kernel_action usual;
	const uint64_t ignored = ignored_signals(launch->arena);
	sigset_t none;

	(void)why;
	/* The C library keeps 32 and 33 to itself, yet its posix_spawn() leaves them ignored (what
	 * make starts, say): the kernel is asked.  KILL and STOP it refuses, as they never change.
	 */
	for (int i = 1; i < NSIG; i++)
		if (ignored >> (i - 1) & 1)
			syscall(SYS_rt_sigaction, i, &usual, NULL, (size_t)KERNEL_SIGNAL_SET);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	return 0;
}
