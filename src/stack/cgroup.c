/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"

enum { LONGEST_EVENTS = 4096, TRIES = 500 };

static const struct where nowhere;

static int open_mount(struct fault *why)
{
	const char *mount = enforce_cgroup_root();

	if (!mount)
		return fault_of(why, FAULT_UNSUPPORTED, -ENOENT, nowhere,
			"no cgroup2 hierarchy is mounted");
	int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fault(why, -errno, nowhere, "cannot open %s", mount) : fd;
}

static bool populated(int group)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text;

	return descriptor_read(group, "cgroup.events", LONGEST_EVENTS, arena, &text) > 0 &&
	       strstr(text, "populated 1");
}

/* Folders alone: the files of a cgroup go with it. */
static int remove_groups(int parent, const char *name)
{
	scoped(dir) DIR *folder = NULL;
	struct dirent *entry;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	folder = descriptor_entries(fd);
	if (!folder)
		return -errno;
	while ((entry = readdir(folder)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
			remove_groups(fd, entry->d_name) < 0)
			return -EBUSY;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int stack_cgroup_remove(const char *stack, struct fault *why)
{
	const struct timespec moment = {.tv_nsec = 10L * 1000 * 1000};
	scoped(fd) int mount = open_mount(why);
	scoped(fd) int ours =
		mount < 0 ? mount : openat(mount, "bulkhead", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scoped(fd) int group =
		ours < 0 ? -1 : openat(ours, stack, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (mount < 0)
		return mount;
	if (group < 0)
		return errno == ENOENT ? 0
				       : fault(why, -errno, nowhere,
						 "cannot open the cgroups of stack '%s'", stack);
	/* Since 5.14; the processes are known by pid as well, and were told to end before. */
	descriptor_put(group, "cgroup.kill", "1");
	for (int i = 0; i < TRIES && populated(group); i++)
		nanosleep(&moment, NULL);
	/* A group is busy for a moment after its last process ended. */
	for (int i = 0; i < TRIES; i++) {
		error = remove_groups(ours, stack);
		if (error == 0)
			break;
		nanosleep(&moment, NULL);
	}
	if (error < 0)
		return fault(why, error, nowhere, "cannot remove the cgroups of stack '%s'", stack);
	/* Fails while another stack is there. */
	unlinkat(mount, "bulkhead", AT_REMOVEDIR);
	return 0;
}
