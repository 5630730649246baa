/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

enum { LOCK_TRIES = 2000 }; /* of a millisecond */

/* 1: nobody is in it, 0: somebody is, else -errno. */
static int is_empty(int folder)
{
	char byte;
	scoped(fd) int processes = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	ssize_t got = processes < 0 ? -1 : read(processes, &byte, 1);

	return got < 0 ? -errno : got == 0;
}

/* Without killing anybody: fails while it is another's. */
static void remove_unused(const struct enforce_launch *launch)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bulkhead/%s/%s", enforce_cgroup_root(),
		launch->plan->stack, launch->cgroup_name);
	rmdir(path);
}

static void tidy_up(void *context)
{
	const struct enforce_launch *launch = context;

	enforce_cgroup_remove(launch->plan->stack, launch->cgroup_name, NULL);
}

/* Is @folder what its name leads to, or has somebody removed it since it was opened? */
static bool still_there(const struct enforce_launch *launch, int folder)
{
	struct stat opened, named;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bulkhead/%s/%s", enforce_cgroup_root(),
		launch->plan->stack, launch->cgroup_name);
	return fstat(folder, &opened) == 0 && stat(path, &named) == 0 &&
	       opened.st_ino == named.st_ino;
}

/*
 * Locked for as long as the launch can fail, by the launcher and by the guard that has the same
 * description: what tidies up after a killed launch is done before the next one begins, and does
 * not end that instead.
 */
static int open_locked(const struct enforce_launch *launch, struct fault *why)
{
	const struct timespec pause = {.tv_nsec = 1000L * 1000};

	for (int i = 0; i < LOCK_TRIES; i++) {
		scoped(fd) int folder =
			enforce_cgroup_open(launch->plan->stack, launch->cgroup_name, why);

		if (folder < 0)
			return folder;
		if (flock(folder, LOCK_EX | LOCK_NB) == 0 && still_there(launch, folder))
			return take_fd(&folder);
		nanosleep(&pause, NULL);
	}
	return fault(why, -EBUSY, launch->service->where, "'%s' of %s runs already",
		launch->cgroup_name, launch->plan->stack);
}

/* One that a killed launcher left is taken over; one with processes is another's. */
int enforce_make_cgroup(struct enforce_launch *launch, struct fault *why)
{
	scoped(fd) int folder = open_locked(launch, why);

	if (folder < 0)
		return folder;
	int empty = is_empty(folder);
	if (empty < 0) {
		remove_unused(launch);
		return fault(why, empty, launch->service->where, "cannot look into the cgroup %s",
			launch->cgroup_name);
	}
	if (!empty)
		return fault(why, -EBUSY, launch->service->where, "'%s' of %s runs already",
			launch->cgroup_name, launch->plan->stack);
	launch->cgroup = take_fd(&folder);
	int error = guard_begin(&launch->guard, launch->cgroup, tidy_up, launch);
	if (error < 0)
		return fault(why, error, launch->service->where,
			"cannot fork what tidies up after a killed launch");
	return 0;
}
