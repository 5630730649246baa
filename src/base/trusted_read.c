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
static int check_owner(const struct stat *status, bool folder, const char *name, struct where where,
	struct fault *why)
{
	bool sticky = folder && status->st_uid == 0 && (status->st_mode & S_ISVTX);

	if (sticky || trusted_owner(status))
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

/* Every folder above @resolved, which holds no links: up to the one that was found to be in root's
 * hands last, with all above it, as nobody but root can have changed that since. */
static int check_folders(const char *resolved, struct where where, struct fault *why)
{
	static char last[PATH_MAX];
	char path[PATH_MAX];
	struct stat status;
	int error = 0;

	snprintf(path, sizeof(path), "%s", resolved);
	for (char *slash = strrchr(path, '/'); slash && error == 0; slash = strrchr(path, '/')) {
		*(slash == path ? slash + 1 : slash) = '\0';
		if (strcmp(path, last) == 0)
			break;
		if (lstat(path, &status) < 0)
			return fault(why, -errno, where, "cannot stat %s", path);
		error = check_owner(&status, S_ISDIR(status.st_mode), path, where, why);
		if (slash == path)
			break;
	}
	if (error == 0)
		snprintf(last, sizeof(last), "%.*s", (int)(strrchr(resolved, '/') - resolved),
			resolved);
	return error;
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
static int open_as_root(const char *path, struct arena *arena, struct stat *status,
	struct where where, struct fault *why)
{
	const char *resolved;
	scoped(fd) int fd =
		trusted_walk(AT_FDCWD, from_root(path, arena), arena, &resolved, where, why);

	if (fd < 0) {
		if (why)
			why->kind = FAULT_USAGE;
		if (fd == -ELOOP)
			fault_hint(why, "a symbolic link in a folder that others than root may "
					"write is not followed: name the file it points to");
		return fd;
	}
	int error = check_folders(resolved, where, why);
	if (error == 0 && fstat(fd, status) < 0)
		error = fault(why, -errno, where, "cannot stat %s", path);
	if (error == 0)
		error = check_owner(status, false, path, where, why);
	return error < 0 ? error : take_fd(&fd);
}

/* How much of @length bytes there is; errno says why it is less. */
static size_t read_whole(int file, char *data, size_t length)
{
	size_t got = 0;

	errno = 0;
	while (got < length) {
		ssize_t more = read(file, data + got, length - got);

		if (more > 0)
			got += (size_t)more;
		else if (more == 0 || errno != EINTR)
			break;
	}
	return got;
}

int trusted_read(const char *path, size_t most, struct arena *arena, const char **text,
	size_t *length, struct where where, struct fault *why)
{
	char again[64];
	struct stat status;
	const bool root = geteuid() == 0;
	scoped(fd) int fd = root ? open_as_root(path, arena, &status, where, why)
				 : open(path, O_PATH | O_CLOEXEC);

	if (fd < 0 && root)
		return fd;
	if (fd < 0)
		return fault_of(why, FAULT_USAGE, -errno, where, "cannot read %s", path);
	if ((!root && fstat(fd, &status) < 0) || !S_ISREG(status.st_mode)) {
		fault_of(why, FAULT_USAGE, 0, where, "%s is not a file", path);
		return -EINVAL;
	}
	if ((size_t)status.st_size > most) {
		fault_of(why, FAULT_USAGE, 0, where, "%s is larger than %zu bytes", path, most);
		return -EFBIG;
	}
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	scoped(fd) int file = open(again, O_RDONLY | O_CLOEXEC);
	char *data = arena_alloc(arena, (size_t)status.st_size + 1);
	*length = file < 0 ? 0 : read_whole(file, data, (size_t)status.st_size);
	/* Half a policy is another policy. */
	if (file < 0 || *length != (size_t)status.st_size)
		return fault_of(why, FAULT_USAGE, errno ? -errno : -EIO, where,
			file < 0 ? "cannot read %s" : "cannot read all of %s", path);
	*text = data;
	return 0;
}
