/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

int enforce_new_mount(const char *type, const char *const *options, unsigned attributes)
{
	scoped(fd) int space = fsopen(type, FSOPEN_CLOEXEC);

	if (space < 0)
		return -errno;
	for (; options && options[0]; options += 2)
		if (fsconfig(space, FSCONFIG_SET_STRING, options[0], options[1], 0) < 0)
			return -errno;
	if (fsconfig(space, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int mount = fsmount(space, FSMOUNT_CLOEXEC, attributes);
	return mount < 0 ? -errno : mount;
}

int enforce_make_folder(struct enforce_launch *launch, const char *target, unsigned mode)
{
	char path[PATH_MAX];

	if (mkdirat(launch->root, target + 1, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || strlen(target) >= sizeof(path))
		return -errno;
	memcpy(path, target, strlen(target) + 1);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(launch->root, path + 1, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdirat(launch->root, path + 1, mode) == 0 || errno == EEXIST ? 0 : -errno;
}

/*
 * With the view left out the service stays in the host's tree; what is brought
 * and its own procfs still need a place there.
 */
static int keep_host_root(struct enforce_launch *launch, struct fault *why)
{
	launch->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (launch->root < 0)
		return fault(why, -errno, launch->service->where, "cannot open /");
	return 0;
}

int enforce_make_root(struct enforce_launch *launch, struct fault *why)
{
	static const char *const options[] = {
		"mode", "0755", "size", "4m", "nr_inodes", "4k", NULL};
	struct where where = launch->service->where;

	if (enforce_leaves_out(launch, LAYER_VIEW))
		return keep_host_root(launch, why);
	/* Ours already: the namespace belongs to the new user namespace, so nothing that is
	 * mounted here can reach the host; mounts of the host need not come here either. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault(why, -errno, where, "cannot make the mounts private");
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
			move_mount(memory, "", launch->root, "run", MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return fault(why, memory < 0 ? memory : -errno, where,
				"cannot make a folder for %s", launch->bring);
	}
	const char *slash = strrchr(launch->bring, '/');
	snprintf(target, sizeof(target), "/run/bring/%s", slash ? slash + 1 : launch->bring);
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
