/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"

enum { DEEPEST = 8 };

static const struct where nowhere;

int stack_file_write(int folder, const char *name, const void *data, size_t length, mode_t mode,
	struct fault *why)
{
	char fresh[300];
	int error;

	snprintf(fresh, sizeof(fresh), "%s.new", name);
	scoped(fd) int file =
		openat(folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (file < 0)
		return fault(why, -errno, nowhere, "cannot write %s", name);
	error = descriptor_write(file, data, length);
	/* The mode is meant: no umask. */
	if (error == 0 && fchmod(file, mode) < 0)
		error = -errno;
	if (error == 0 && renameat(folder, fresh, folder, name) < 0)
		error = -errno;
	if (error < 0) {
		unlinkat(folder, fresh, 0);
		return fault(why, error, nowhere, "cannot write %s", name);
	}
	return 0;
}

int stack_folder_make(int parent, const char *name, mode_t mode, struct fault *why)
{
	bool made = mkdirat(parent, name, mode) == 0;

	if (!made && errno != EEXIST)
		return fault(why, -errno, nowhere, "cannot make folder %s", name);
	scoped(fd) int folder =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 || (made && fchmod(folder, mode) < 0))
		return fault(why, -errno, nowhere, "cannot open folder %s", name);
	return take_fd(&folder);
}

static int remove_beneath(int parent, const char *name, unsigned depth)
{
	scoped(dir) DIR *folder = NULL;
	struct dirent *entry;
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV,
	};
	int fd = (int)syscall(SYS_openat2, parent, name, &how, sizeof(how));

	if (fd < 0)
		return -errno;
	folder = descriptor_entries(fd);
	if (!folder)
		return -errno;
	if (depth >= DEEPEST)
		return -ELOOP;
	while ((entry = readdir(folder))) {
		int error = 0;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0)
			error = errno == EISDIR ? remove_beneath(fd, entry->d_name, depth + 1)
						: -errno;
		if (error < 0)
			return error;
	}
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int stack_folder_remove(int parent, const char *name, struct fault *why)
{
	int error = remove_beneath(parent, name, 0);

	if (error < 0 && error != -ENOENT)
		return fault(why, error, nowhere, "cannot remove %s", name);
	return 0;
}
