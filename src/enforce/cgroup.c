/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"

enum { MAKE_TRIES = 1000, REMOVE_TRIES = 2000 /* of a millisecond */ };

static const struct where nowhere;
static const long cgroup2_magic = 0x63677270;

static bool is_cgroup2(const char *path)
{
	struct statfs status;

	return statfs(path, &status) == 0 && status.f_type == cgroup2_magic;
}

/* The fifth field of a mountinfo line whose type, behind " - ", is cgroup2. */
static bool read_mount_point(const char *line, char path[PATH_MAX])
{
	const char *type = strstr(line, " - ");

	return type && strncmp(type + 3, "cgroup2 ", 8) == 0 &&
	       sscanf(line, "%*s %*s %*s %*s %4095s", path) == 1;
}

const char *enforce_cgroup_root(void)
{
	static const char *const usual[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	static char found[PATH_MAX];

	if (found[0])
		return found;
	/* A statfs each instead of the whole table of mounts, which may be long. */
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (is_cgroup2(usual[i]))
			return strcpy(found, usual[i]);
	scoped(file) FILE *mounts = fopen("/proc/self/mountinfo", "re");
	scoped(memory) char *line = NULL;
	size_t room = 0;
	while (mounts && getline(&line, &room, mounts) > 0)
		if (read_mount_point(line, found) && is_cgroup2(found))
			return found;
	found[0] = '\0';
	return NULL;
}

static int open_folder(int parent, const char *name, int how)
{
	int fd = openat(parent, name, how | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int make_folder(int parent, const char *name, int how)
{
	int fd = open_folder(parent, name, how);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open_folder(parent, name, how);
	/* Nobody would know of it; one that is another's by now is not empty, and stays. */
	if (fd < 0)
		unlinkat(parent, name, AT_REMOVEDIR);
	return fd;
}

/* The folder bulkhead/STACK/NAME beneath @root; @failed is the part that cannot be made. */
static int walk(const char *root, const char *const parts[3], const char **failed)
{
	scoped(fd) int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*failed = root;
	if (folder < 0)
		return -errno;
	for (size_t i = 0; i < 3; i++) {
		int next = make_folder(folder, parts[i], i < 2 ? O_PATH : O_RDONLY);

		*failed = parts[i];
		if (next < 0)
			return next;
		close(folder);
		folder = next;
	}
	return take_fd(&folder);
}

int enforce_cgroup_open(const char *stack, const char *name, struct fault *why)
{
	const char *const parts[] = {"bulkhead", stack, name};
	const char *root = enforce_cgroup_root(), *failed = NULL;
	int folder = -ENOENT;

	if (!root)
		return fault_of(why, FAULT_UNSUPPORTED, -ENODEV, nowhere,
			"this machine mounts no cgroup2 hierarchy");
	/* Who ends the last other service of the stack may remove what is above it meanwhile. */
	for (int i = 0; i < MAKE_TRIES && (folder == -ENOENT || folder == -ENODEV); i++)
		folder = walk(root, parts, &failed);
	if (folder < 0)
		return fault(why, folder, nowhere, "cannot make the cgroup %s of %s in %s (%s)",
			name, stack, root, failed);
	return folder;
}

static void rest(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* A cgroup is busy for a moment after its last process: its dead must be reaped by then. */
static int remove_one(int parent, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		rest();
	}
	return -EBUSY;
}

/* Commands inside a service have a group each below its own: of those whose caller was killed with
 * all that would have tidied up, it is left. */
static int remove_folder(int parent, const char *name)
{
	scoped(dir) DIR *entries = descriptor_entries(
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	const struct dirent *entry;
	int error = 0;

	while (error == 0 && entries && (entry = readdir(entries)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			error = remove_one(dirfd(entries), entry->d_name);
	return error < 0 ? error : remove_one(parent, name);
}

/* One that holds nobody and no other goes at once: the kernel removes no other. */
static int empty_and_remove(int parent, const char *name)
{
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	scoped(fd) int folder = open_folder(parent, name, O_PATH);
	if (folder == -ENOENT)
		return 0;
	int error = folder < 0 ? folder : descriptor_put(folder, "cgroup.kill", "1");
	return error < 0 ? error : remove_folder(parent, name);
}

int enforce_cgroup_remove(const char *stack, const char *name, struct fault *why)
{
	char path[PATH_MAX];
	const char *root = enforce_cgroup_root();

	if (!root)
		return 0;
	scoped(fd) int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return fault(why, -errno, nowhere, "cannot open %s", root);
	snprintf(path, sizeof(path), "bulkhead/%s", stack);
	scoped(fd) int parent = open_folder(top, path, O_PATH);
	if (parent == -ENOENT)
		return 0;
	if (parent < 0)
		return fault(why, parent, nowhere, "cannot open the cgroup of %s", stack);
	int error = empty_and_remove(parent, name);
	if (error < 0)
		return fault(why, error, nowhere, "cannot remove the cgroup %s/%s", path, name);
	/* Those above go when they hold nothing else. */
	if (unlinkat(top, path, AT_REMOVEDIR) == 0)
		unlinkat(top, "bulkhead", AT_REMOVEDIR);
	return 0;
}

/* From the root of the hierarchy to the stack: a group has a controller's files when all above it
 * hand that controller on. */
static int hand_down(int folder, const char *file)
{
	static const char *const above[] = {"../../../cgroup.subtree_control",
		"../../cgroup.subtree_control", "../cgroup.subtree_control"};

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		int error =
			descriptor_put(folder, above[i], "+%.*s", (int)strcspn(file, "."), file);

		if (error < 0)
			return error;
	}
	return 0;
}

int enforce_cgroup_limit(int folder, const char *file, const char *value)
{
	int error = descriptor_put(folder, file, "%s", value);

	/* The first limit of a stack finds its file missing: nothing has handed it down yet. */
	if (error == -ENOENT)
		error = hand_down(folder, file);
	else
		return error;
	return error < 0 ? error : descriptor_put(folder, file, "%s", value);
}
