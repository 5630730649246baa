/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/view.h"

/*
 * Audit mode of the view: beside all that the plan puts into the root, each
 * file and folder of the host that has no other in its place, so that a program
 * finds what it looks for.  It can read there what its user may read, and
 * nothing else: no file is written, executed or mapped executable.
 */

enum { CLOSED = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

/* Not files of the machine, but what runs on it: its sockets, processes and devices. */
static const char *const running[] = {"dev", "proc", "run", "sys", "tmp"};

static bool is_running(const char *name)
{
	for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++)
		if (strcmp(running[i], name) == 0)
			return true;
	return false;
}

static int copy_link(int host, int view, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(host, name, target, sizeof(target) - 1);

	if (length < 0)
		return 0;
	target[length] = '\0';
	return symlinkat(target, view, name) < 0 ? -errno : 0;
}

/* What the init cannot reach stays away. */
static int attach(int host, int view, const char *name, bool folder)
{
	struct mount_attr closed = {.attr_set = CLOSED, .propagation = MS_PRIVATE};
	unsigned whole = folder ? AT_RECURSIVE : 0;
	scoped(fd) int tree = open_tree(
		host, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW | whole);

	if (tree < 0)
		return 0;
	if (mount_setattr(tree, "", AT_EMPTY_PATH | whole, &closed, sizeof(closed)) < 0)
		return -errno;
	int made = folder ? mkdirat(view, name, 0755) : mknodat(view, name, S_IFREG | 0444, 0);
	if (made < 0 || move_mount(tree, "", view, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static int fill(int host, int view, dev_t own, bool top);

/* A folder of the root itself is filled; what is mounted there is the plan's. */
static int fill_folder(int host, int view, const char *name, dev_t own)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	scoped(fd) int from = openat(host, name, how);
	scoped(fd) int to = from < 0 ? -1 : openat(view, name, how);

	return to < 0 ? 0 : fill(from, to, own, false);
}

static int fill_entry(int host, int view, const char *name, dev_t own)
{
	struct stat there, here;

	if (fstatat(host, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (fstatat(view, name, &here, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(here.st_mode) && here.st_dev == own
			       ? fill_folder(host, view, name, own)
			       : 0;
	if (S_ISLNK(there.st_mode))
		return copy_link(host, view, name);
	if (!S_ISDIR(there.st_mode) && !S_ISREG(there.st_mode))
		return 0;
	return attach(host, view, name, S_ISDIR(there.st_mode));
}

static int fill(int host, int view, dev_t own, bool top)
{
	scoped(dir) DIR *folder = descriptor_entries(fcntl(host, F_DUPFD_CLOEXEC, 0));
	struct dirent *entry;
	int error = 0;

	if (!folder)
		return -errno;
	while (error == 0 && (entry = readdir(folder))) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (top && is_running(name)))
			continue;
		error = fill_entry(host, view, name, own);
	}
	return error;
}

int enforce_fill_with_host(struct enforce_launch *launch)
{
	scoped(fd) int host = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scoped(fd) int view = openat(launch->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat own;

	if (host < 0 || view < 0 || fstat(view, &own) < 0)
		return -errno;
	return fill(host, view, own.st_dev, true);
}
