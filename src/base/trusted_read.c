/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/trusted.h"

/* Is the file, or a folder above it, in root's hands alone? */
static int check_owner(int fd, bool folder, const char *name, struct where where, struct fault *why)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return fault(why, -errno, where, "cannot stat %s", name);
	bool sticky = folder && status.st_uid == 0 && (status.st_mode & S_ISVTX);
	if (sticky || trusted_owner(&status))
		return 0;
	fault_of(why, FAULT_USAGE, 0, where,
		"%s may be changed by others than root, who would then decide what root does",
		name);
	if (folder)
		fault_hint(why, "move the file to a folder that only root may write, such as "
				"/etc/bulkhead");
	else
		fault_hint(why, "chown root:root %s && chmod go-w %s", name, name);
	return -EPERM;
}

/* Every folder above @resolved, which holds no links. */
static int check_folders(const char *resolved, struct where where, struct fault *why)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", resolved);
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		*(slash == path ? slash + 1 : slash) = '\0';
		scoped(fd) int fd = open(path, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return fault(why, -errno, where, "cannot open %s", path);
		int error = check_owner(fd, true, path, where, why);
		if (error < 0 || slash == path)
			return error;
	}
	return 0;
}

/* @path as seen from `/`; links in it are still links. */
static const char *from_root(const char *path, struct arena *arena)
{
	char folder[PATH_MAX];

	if (path[0] == '/' || !getcwd(folder, sizeof(folder)))
		return path;
	return arena_printf(arena, "%s/%s", folder, path);
}

/* By the trusted walk: whoever may put a link on the way would choose what is read. */
static int open_as_root(
	const char *path, struct arena *arena, struct where where, struct fault *why)
{
	const char *resolved;
	scoped(fd) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return fault(why, -errno, where, "cannot open /");
	scoped(fd) int fd =
		trusted_walk(root, from_root(path, arena), arena, &resolved, where, why);
	if (fd < 0) {
		if (why)
			why->kind = FAULT_USAGE;
		if (fd == -ELOOP)
			fault_hint(why, "a symbolic link in a folder that others than root may "
					"write is not followed: name the file it points to");
		return fd;
	}
	int error = check_folders(resolved, where, why);
	if (error == 0)
		error = check_owner(fd, false, path, where, why);
	return error < 0 ? error : take_fd(&fd);
}

int trusted_read(const char *path, size_t most, struct arena *arena, const char **text,
	size_t *length, struct where where, struct fault *why)
{
	char again[64];
	scoped(fd) int fd = geteuid() == 0 ? open_as_root(path, arena, where, why)
					   : open(path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (fd < 0 && geteuid() == 0)
		return fd;
	if (fd < 0)
		return fault_of(why, FAULT_USAGE, -errno, where, "cannot read %s", path);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		fault_of(why, FAULT_USAGE, 0, where, "%s is not a file", path);
		return -EINVAL;
	}
	if ((size_t)status.st_size > most) {
		fault_of(why, FAULT_USAGE, 0, where, "%s is larger than %zu bytes", path, most);
		return -EFBIG;
	}
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	scoped(file) FILE *file = fopen(again, "re");
	if (!file)
		return fault_of(why, FAULT_USAGE, -errno, where, "cannot read %s", path);
	char *data = arena_alloc(arena, (size_t)status.st_size + 1);
	*length = fread(data, 1, (size_t)status.st_size, file);
	/* Half a policy is another policy. */
	if (*length != (size_t)status.st_size)
		return fault_of(why, FAULT_USAGE, ferror(file) ? -errno : -EIO, where,
			"cannot read all of %s", path);
	*text = data;
	return 0;
}
