/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/stand_in.h"
#include "plan/plan.h"

/*
 * With the view left out the service stays in the host's tree; what is brought
 * and its own procfs still need a place there.
 */
static int keep_host_root(struct enforce_launch *launch, struct fault *why)
{
	launch->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (launch->root < 0)
		return fault(why, -errno, launch->service->where, "cannot open /");
	return launch->stand_ins ? enforce_cover_data(launch, why) : 0;
}

int enforce_make_root(struct enforce_launch *launch, struct fault *why)
{
	/* In audit mode it has a place for each of the host's files beside those of the plan. */
	const char *names = plan_audit(launch->service, LAYER_VIEW) ? "64k" : "4k";
	const char *const options[] = {"mode", "0755", "size", "4m", "nr_inodes", names, NULL};
	struct where where = launch->service->where;

	/* Ours already where the namespace belongs to a new user namespace, so that nothing that is
	 * mounted here can reach the host; mounts of the host need not come here either. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault(why, -errno, where, "cannot make the mounts private");
	if (enforce_leaves_out(launch, LAYER_VIEW))
		return keep_host_root(launch, why);
	launch->root = enforce_new_mount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (launch->root < 0)
		return fault(why, launch->root, where, "cannot make a memory file system");
	/* Attached before it is filled: on 6.1 a mount cannot be moved onto a detached one. */
	if (move_mount(launch->root, "", AT_FDCWD, "/tmp", MOVE_MOUNT_F_EMPTY_PATH) < 0 &&
		move_mount(launch->root, "", AT_FDCWD, "/dev", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fault(why, -errno, where, "cannot attach the new root");
	return 0;
}

int enforce_fill_root(struct enforce_launch *launch, struct fault *why)
{
	for (size_t i = 0; i < launch->service->node_count; i++) {
		int error = enforce_place(launch, i, why);

		if (error < 0)
			return error;
	}
	return 0;
}

int enforce_bring(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->where;
	char target[PATH_MAX];

	if (!launch->bring)
		return 0;
	if (enforce_leaves_out(launch, LAYER_VIEW)) {
		scoped(fd) int memory = enforce_new_mount("tmpfs", NULL, 0);

		if (memory < 0 ||
			move_mount(memory, "", launch->root, "mnt", MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return fault(why, memory < 0 ? memory : -errno, where,
				"cannot make a folder for %s", launch->bring);
	}
	const char *slash = strrchr(launch->bring, '/');
	snprintf(target, sizeof(target), "%s/bring/%s",
		enforce_leaves_out(launch, LAYER_VIEW) ? "/mnt" : "/run",
		slash ? slash + 1 : launch->bring);
	int error = enforce_attach(launch, launch->bring_tree, target, false);
	if (error < 0)
		return fault(why, error, where, "cannot put %s into the view", launch->bring);
	return 0;
}

int enforce_enter_root(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->where;
	unsigned noexec = enforce_leaves_out(launch, LAYER_EXEC) ? 0 : MOUNT_ATTR_NOEXEC;
	struct mount_attr closed = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | noexec,
	};

	if (fchdir(launch->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return fault(why, -errno, where, "cannot enter the new root");
	/* The old root lies on top of the new one now; with it goes the host's tree. */
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fault(why, -errno, where, "cannot leave the host's tree");
	if (mount_setattr(launch->root, "", AT_EMPTY_PATH, &closed, sizeof(closed)) < 0)
		return fault(why, -errno, where, "cannot make the root read-only");
	return 0;
}
