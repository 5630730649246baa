/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/refused_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"

static int open_file(int folder, const char *name)
{
	return openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* One of another size is of another plan, or of another bulkhead: a new one begins, and who still
 * has the old one in its memory may write there to its end. */
static int open_sized(int folder, const char *name, size_t size)
{
	scoped(fd) int fd = open_file(folder, name);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if ((size_t)status.st_size == size)
		return take_fd(&fd);
	unlinkat(folder, name, 0);
	scoped(fd) int anew = open_file(folder, name);
	if (anew < 0)
		return -errno;
	/* All of it: who writes where there is no room for it is killed (SIGBUS). */
	int error = posix_fallocate(anew, 0, (off_t)size);
	return error ? -error : take_fd(&anew);
}

void *stack_refused_file_map(
	int folder, const char *name, size_t size, struct where where, struct fault *why)
{
	scoped(fd) int fd = open_sized(folder, name, size);
	void *map =
		fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED)
		return map;
	fault(why, fd < 0 ? fd : -errno, where, "cannot make the file '%s' of what is refused",
		name);
	return NULL;
}

void *stack_refused_file_read(int folder, const char *name, size_t size)
{
	scoped(fd) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	void *all = calloc(1, size + 1);
	char past;

	if (fd >= 0 && all && pread(fd, all, size, 0) == (ssize_t)size &&
		pread(fd, &past, 1, (off_t)size) == 0)
		return all;
	free(all);
	return NULL;
}
