/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/maps.h"
#include "host/try.h"

/* glibc 2.36 has wrappers for some of these, whose header disagrees with linux/mount.h. */
static int call_open_tree(int folder, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, folder, path, flags);
}

static int call_mount_setattr(int tree, unsigned flags, struct mount_attr *attributes)
{
	return (int)syscall(SYS_mount_setattr, tree, "", flags | AT_EMPTY_PATH, attributes,
		sizeof(*attributes));
}

static int make_memory_mount(void)
{
	scoped(fd) int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);

	if (context < 0 ||
		syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "size", "65536", 0) < 0 ||
		syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID);
}

/* A memory file system, and in it a read-only copy of all mounts: the steps of a view. */
static enum host_state build_view(struct host_try *try)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};

	scoped(fd) int root = make_memory_mount();
	if (root < 0)
		return host_refused(try, errno, "fsopen, fsconfig, fsmount");
	if (mkdirat(root, "here", 0755) < 0)
		return host_refused(try, errno, "cannot make a folder in a new tmpfs");
	scoped(fd) int tree =
		call_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0)
		return host_refused(try, errno, "open_tree");
	if (call_mount_setattr(tree, AT_RECURSIVE, &read_only) < 0)
		return host_refused(try, errno, "mount_setattr");
	if (syscall(SYS_move_mount, root, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
		syscall(SYS_move_mount, tree, "", root, "here", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return host_refused(try, errno, "move_mount");
	return HOST_YES;
}

enum host_state host_try_new_mount_api(struct host_try *try)
{
	return host_in_user_namespace(try, CLONE_NEWNS, build_view);
}

/* A descriptor of a user namespace with maps, or -errno. */
static int mapped_namespace(void)
{
	char path[64];
	pid_t child = host_clone(CLONE_NEWUSER, NULL, -1);

	if (child < 0)
		return child;
	if (child == 0) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)child);
	int mapped = host_write_maps(child);
	if (mapped == 0) {
		mapped = open(path, O_RDONLY | O_CLOEXEC);
		mapped = mapped < 0 ? -errno : mapped;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return mapped;
}

enum host_state host_try_idmapped_mounts(struct host_try *try)
{
	if (!try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	scoped(fd) int mapped = mapped_namespace();
	if (mapped < 0)
		return host_refused(try, mapped, "cannot make a user namespace");
	scoped(fd) int tree = call_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return host_refused(try, errno, "open_tree");
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY,
		.userns_fd = (uint64_t)mapped,
	};
	if (call_mount_setattr(tree, 0, &attributes) == 0)
		return host_found(try, HOST_YES, "on the file system of /");
	if (errno == EINVAL)
		return host_found(try, HOST_NO, "the file system of / does not allow them");
	return host_refused(try, errno, "mount_setattr with an id map");
}

enum host_state host_try_openat2(struct host_try *try)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};

	scoped(fd) int allowed = (int)syscall(SYS_openat2, AT_FDCWD, "/proc", &how, sizeof(how));
	if (allowed < 0)
		return host_refused(try, errno, "openat2");
	scoped(fd) int link =
		(int)syscall(SYS_openat2, AT_FDCWD, "/proc/self/stat", &how, sizeof(how));
	if (link >= 0)
		return host_found(
			try, HOST_NO, "openat2 follows a link that it was told not to follow");
	return HOST_YES;
}
