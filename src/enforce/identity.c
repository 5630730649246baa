/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

/* All extents in one write(2), as the kernel wants them. */
static int write_map(int process, const char *file, const struct plan_extent *extents, size_t count)
{
	char text[4000];
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		int added = snprintf(text + length, sizeof(text) - length, "%u %u %u\n",
			extents[i].inside, extents[i].outside, extents[i].count);

		if (added < 0 || length + (size_t)added >= sizeof(text))
			return -E2BIG;
		length += (size_t)added;
	}
	return descriptor_put(process, file, "%s", text);
}

/*
 * By the launcher, as only a parent with the host's rights may write several
 * extents.  With the identity layer left out there is no user namespace, and the
 * service is the host's root.
 */
int enforce_write_maps(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_identity *identity = &launch->service->identity;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)launch->init);
	scoped(fd) int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return fault(why, -errno, identity->where, "the init of '%s' is gone",
			launch->service->name);
	int error = write_map(process, "uid_map", identity->uids, identity->uid_count);
	if (error == 0)
		error = write_map(process, "gid_map", identity->gids, identity->gid_count);
	if (error < 0)
		return fault(why, error, identity->where, "cannot map the ids of '%s'",
			launch->service->name);
	return 0;
}

int enforce_become_init(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->identity.where;

	/* The raw calls: no threads here whose ids the C library would have to change too. */
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, 0, 0, 0) < 0 ||
		syscall(SYS_setresuid, 0, 0, 0) < 0)
		return fault(why, -errno, where, "cannot become uid 0 of the user namespace");
	/* The change of ids cleared it; it holds until the launch is complete. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return fault(why, -errno, where, "cannot tie the init to its launcher");
	/* The caller's umask is none of the service's business, and made modes are exact. */
	umask(0);
	return 0;
}

int enforce_become_service(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_identity *identity = &launch->service->identity;
	gid_t groups[64];

	if (identity->group_count > sizeof(groups) / sizeof(groups[0]))
		return fault(
			why, -E2BIG, identity->where, "'%s' is in too many groups", identity->user);
	for (size_t i = 0; i < identity->group_count; i++)
		groups[i] = identity->groups[i];
	if (syscall(SYS_setgroups, identity->group_count, groups) < 0)
		return fault(why, -errno, identity->where, "cannot set the groups of '%s'",
			identity->user);
	if (syscall(SYS_setresgid, identity->gid, identity->gid, identity->gid) < 0)
		return fault(why, -errno, identity->where, "cannot become group '%s' (%u)",
			identity->group_name, identity->gid);
	if (syscall(SYS_setresuid, identity->uid, identity->uid, identity->uid) < 0)
		return fault(why, -errno, identity->where, "cannot become user '%s' (%u)",
			identity->user, identity->uid);
	/* Where fs.suid_dumpable is 1 the change of ids has made its memory readable for whoever
	 * has them, which is not its own before it executes. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fault(why, -errno, identity->where, "cannot hide the memory of '%s'",
			launch->service->name);
	return 0;
}
