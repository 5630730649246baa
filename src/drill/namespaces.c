/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: building or entering another world.  The control runs them in a mount namespace
 * of its own, which dies with it. */
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/utsname.h>

#include "drill/call.h"

static int unshare_with(struct drill_context *context, unsigned long flags)
{
	return drill_done(drill_call(context, SYS_unshare, flags));
}

static int make_user(struct drill_context *context)
{
	return unshare_with(context, CLONE_NEWUSER);
}

static int make_mounts(struct drill_context *context)
{
	return unshare_with(context, CLONE_NEWNS);
}

static int make_network(struct drill_context *context)
{
	return unshare_with(context, CLONE_NEWNET);
}

/* The child of a clone ends at once; the parent, where there is one, has got through. */
static int finish_clone(struct drill_context *context, long child)
{
	(void)context;
	if (child == 0)
		syscall(SYS_exit_group, 0);
	return drill_done(child);
}

static int clone_user(struct drill_context *context)
{
	return finish_clone(context, drill_call(context, SYS_clone, (long)CLONE_NEWUSER | SIGCHLD,
					     NULL, NULL, NULL, 0UL));
}

static int clone3_user(struct drill_context *context)
{
	struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

	return finish_clone(
		context, drill_call(context, SYS_clone3, &arguments, sizeof(arguments)));
}

static int enter_init(struct drill_context *context)
{
	long fd = drill_call(context, SYS_openat, AT_FDCWD, "/proc/1/ns/net", O_RDONLY, 0);

	if (fd < 0)
		return (int)fd;
	return drill_done(drill_call(context, SYS_setns, (int)fd, CLONE_NEWNET));
}

static int mount_memory(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_mount, "drill", "/tmp", "tmpfs", 0UL, NULL));
}

static int mount_proc(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_mount, "drill", "/tmp", "proc", 0UL, NULL));
}

/* CVE-2021-3493, CVE-2023-0386, CVE-2023-2640: two folders that are read are one. */
static int mount_overlay(struct drill_context *context)
{
	return drill_done(drill_call(
		context, SYS_mount, "drill", "/tmp", "overlay", 0UL, "lowerdir=/etc:/usr"));
}

static int mount_groups(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_mount, "drill", "/tmp", "cgroup2", 0UL, NULL));
}

static int remount_root(struct drill_context *context)
{
	return drill_done(drill_call(
		context, SYS_mount, NULL, "/", NULL, (unsigned long)(MS_REMOUNT | MS_BIND), NULL));
}

static int bind_over(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_mount, "/dev/null", "/etc/passwd", NULL,
		(unsigned long)MS_BIND, NULL));
}

static int uncover_proc(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_umount2, "/proc", MNT_DETACH));
}

static int clone_tree(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_open_tree, AT_FDCWD, "/",
		(unsigned)OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
}

static int open_file_system(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_fsopen, "tmpfs", 0U));
}

static int change_mount(struct drill_context *context)
{
	struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_NOEXEC};

	return drill_done(drill_call(
		context, SYS_mount_setattr, AT_FDCWD, "/", 0U, &attributes, sizeof(attributes)));
}

static int change_root(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_chroot, "/"));
}

/* Where the root stays what it is, the kernel says EINVAL after it has asked for privilege. */
static int turn_root(struct drill_context *context)
{
	long result = drill_call(context, SYS_pivot_root, "/", "/");

	return result == -EBUSY ? 0 : drill_reached(result, EINVAL);
}

static int enter_stranger(struct drill_context *context)
{
	long process = drill_call(context, SYS_pidfd_open, (int)drill_number(context->first), 0U);

	if (process < 0)
		return (int)process;
	long entered = drill_call(context, SYS_setns, (int)process, CLONE_NEWNET);
	syscall(SYS_close, (int)process);
	return drill_done(entered);
}

/* A name is a harmless thing to learn, and it says whether its namespace is its own. */
static int see_host_name(struct drill_context *context)
{
	struct utsname names;
	long got = drill_call(context, SYS_uname, &names);

	if (got < 0)
		return (int)got;
	for (size_t i = 0; i < sizeof(names.nodename); i++) {
		if (names.nodename[i] != context->first[i])
			return -ENOENT;
		if (!names.nodename[i])
			break;
	}
	return 0;
}

const struct drill_attempt drill_namespaces[] = {
	{"make-user-namespace", "make a user namespace with unshare", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, make_user},
	{"make-mount-namespace", "make a mount namespace", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_mounts},
	{"make-network-namespace", "make a network namespace", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_network},
	{"clone-user-namespace", "make a user namespace with clone", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, clone_user},
	{"clone3-user-namespace", "make a user namespace with clone3, whose flags no filter sees",
		DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false, clone3_user},
	{"enter-init-network", "enter the network of the first process", DRILL_FIRST_PROCESS,
		DRILL_PATH, LAYER_IDENTITY, false, enter_init},
	{"mount-memory", "mount a memory file system", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, mount_memory},
	{"mount-proc", "mount another /proc", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		mount_proc},
	{"mount-overlay", "lay one folder over another", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, mount_overlay},
	{"mount-groups", "mount the control groups", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, mount_groups},
	{"remount-root", "make / writable", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		remount_root},
	{"bind-over", "put a file of its own over /etc/passwd", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, bind_over},
	{"uncover-proc", "take away the covers of /proc", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, uncover_proc},
	{"clone-tree", "copy the tree of mounts", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, clone_tree},
	{"open-file-system", "make a file system by fsopen", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, open_file_system},
	{"change-mount", "make the mounts executable", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, change_mount},
	{"change-root", "change its root", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		change_root},
	{"turn-root", "put another root in the place of its own", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, turn_root},
	{"enter-stranger", "enter the network of another service of the same user", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_NAMESPACES, false, enter_stranger},
	{"see-host-name", "learn the host's name", DRILL_HOST_NAME, DRILL_INSIDE, LAYER_NAMESPACES,
		false, see_host_name},
};
DRILL_COUNT(namespaces);
