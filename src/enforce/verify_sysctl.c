/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "enforce/verify_part.h"

/* The number in @path, in a child of a child: a pid namespace is entered by one's children. */
static void answer(int space, const char *path, int result)
{
	char text[32] = "";
	long value;

	if (setns(space, 0) < 0)
		_exit(1);
	pid_t child = fork();
	if (child == 0) {
		scoped(fd) int file = open(path, O_RDONLY | O_CLOEXEC);

		if (file < 0 || read(file, text, sizeof(text) - 1) <= 0)
			_exit(1);
		value = strtol(text, NULL, 10);
		_exit(descriptor_write(result, &value, sizeof(value)) < 0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
	_exit(0);
}

long enforce_verify_sysctl(pid_t process, const char *kind, const char *path)
{
	char space_path[64];
	long value;
	int ends[2];

	snprintf(space_path, sizeof(space_path), "/proc/%d/ns/%s", (int)process, kind);
	scoped(fd) int space = open(space_path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	scoped(fd) int from = ends[0];
	pid_t child = fork();
	if (child == 0)
		answer(space, path, ends[1]);
	int error = child < 0 ? -errno : 0;
	close(ends[1]);
	if (error < 0)
		return error;
	ssize_t got = read(from, &value, sizeof(value));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return got == sizeof(value) ? value : -EIO;
}
