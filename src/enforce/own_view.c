/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/own.h"

static int fail(const char *name, const char *what, struct fault *why)
{
	return fault(why, -errno, (struct where){0}, "%s: cannot %s", name, what);
}

/* A memory file system that holds its root folder and no other inode. */
static int make_empty(const char *name, struct fault *why)
{
	scoped(fd) int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
	int root;

	if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "1", 0) < 0 ||
		fsconfig(context, FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 ||
		fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail(name, "make an empty root", why);
	root = fsmount(context, FSMOUNT_CLOEXEC,
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return root < 0 ? fail(name, "make an empty root", why) : root;
}

int enforce_own_view(const char *name, struct fault *why)
{
	scoped(fd) int root = -1;

	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) < 0)
		return fail(name, "make its namespaces", why);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(name, "make its mounts private", why);
	root = make_empty(name, why);
	if (root < 0)
		return root;
	if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(root) < 0)
		return fail(name, "enter the empty root", why);
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail(name, "leave the host's root", why);
	return 0;
}
