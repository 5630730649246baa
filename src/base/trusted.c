/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"

enum { MOST_LINKS = 40 };

/* A walk in progress: the folder reached and the parts still to go. */
struct walk {
	int root, folder;
	bool trusted;        /* root owns every folder so far, nobody else may write them */
	char rest[PATH_MAX]; /* parts still to walk, from `next` on */
	size_t next;
	char reached[PATH_MAX]; /* path of `folder` without links; "" is / */
	unsigned links;
};

static int open_part(int folder, const char *part)
{
	/* O_NOFOLLOW with O_PATH opens a link itself; RESOLVE_NO_SYMLINKS would refuse it. */
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
	};
	int fd = (int)syscall(SYS_openat2, folder, part, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

/* Group root counts as others: what an access list grants shows in the bits of the group. */
bool trusted_owner(const struct stat *status)
{
	return status->st_uid == 0 && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int restart_at_root(struct walk *walk)
{
	int again = fcntl(walk->root, F_DUPFD_CLOEXEC, 0);

	if (again < 0)
		return -errno;
	close(walk->folder);
	walk->folder = again;
	walk->trusted = true;
	walk->reached[0] = '\0';
	return 0;
}

/* Put the target of link @fd in front of what remains. */
static int follow(struct walk *walk, int fd)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (!walk->trusted || ++walk->links > MOST_LINKS)
		return -ELOOP;
	if (snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest + walk->next) >=
		(int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, strlen(rest) + 1);
	walk->next = 0;
	return target[0] == '/' ? restart_at_root(walk) : 0;
}

/* ".." is taken back in the text of what was reached: the kernel is asked from the root again. */
static int step_up(struct walk *walk)
{
	char rest[PATH_MAX];
	char *last = strrchr(walk->reached, '/');

	if (last)
		*last = '\0';
	if (snprintf(rest, sizeof(rest), "%s/%s", walk->reached, walk->rest + walk->next) >=
		(int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, strlen(rest) + 1);
	walk->next = 0;
	return restart_at_root(walk);
}

static int enter(struct walk *walk, const char *part, int *next)
{
	struct stat status;

	if (fstat(walk->folder, &status) < 0)
		return -errno;
	walk->trusted = walk->trusted && trusted_owner(&status);
	*next = open_part(walk->folder, part);
	if (*next < 0)
		return *next;
	if (fstat(*next, &status) < 0)
		return -errno;
	if (S_ISLNK(status.st_mode))
		return 1;
	size_t length = strlen(walk->reached), room = sizeof(walk->reached) - length;
	return snprintf(walk->reached + length, room, "/%s", part) >= (int)room ? -ENAMETOOLONG : 0;
}

static int next_part(struct walk *walk, char part[NAME_MAX + 1])
{
	walk->next += strspn(walk->rest + walk->next, "/");
	const char *start = walk->rest + walk->next;
	size_t length = strcspn(start, "/");

	if (length == 0)
		return 0;
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(part, start, length);
	part[length] = '\0';
	walk->next += length;
	return 1;
}

static int walk_parts(struct walk *walk)
{
	char part[NAME_MAX + 1];
	int error;

	while ((error = next_part(walk, part)) > 0) {
		scoped(fd) int next = -1;

		if (strcmp(part, ".") == 0)
			continue;
		error = strcmp(part, "..") == 0 ? step_up(walk) : enter(walk, part, &next);
		if (error == 1)
			error = follow(walk, next);
		else if (error == 0 && next >= 0) {
			close(walk->folder);
			walk->folder = take_fd(&next);
		}
		if (error < 0)
			return error;
	}
	return error;
}

/*
 * One call when no link stands anywhere on the way, which is the rule: paths of
 * a plan are resolved already.  -ELOOP asks for the walk.
 */
static int open_without_links(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

int trusted_walk(int root, const char *path, struct arena *arena, const char **resolved,
	struct where where, struct fault *why)
{
	struct walk walk = {.root = root, .trusted = true};
	scoped(fd) int folder = fcntl(root, F_DUPFD_CLOEXEC, 0);

	if (folder < 0)
		return fault(why, -errno, where, "cannot open %s", path);
	if (path[0] != '/')
		return fault(why, -EINVAL, where, "%s is not an absolute path", path);
	if (strlen(path) >= sizeof(walk.rest))
		return fault(why, -ENAMETOOLONG, where, "cannot open %.40s…", path);
	memcpy(walk.rest, path, strlen(path) + 1);
	walk.folder = take_fd(&folder);
	int error = walk_parts(&walk);
	folder = walk.folder;
	if (error < 0) {
		fault(why, error, where, "cannot open %s", path);
		if (error == -ELOOP)
			fault_hint(why, "a symbolic link below a folder that others than root may "
					"write is not followed: declare the path it points to");
		return error;
	}
	if (resolved)
		*resolved = arena_text(arena, walk.reached[0] ? walk.reached : "/");
	return take_fd(&folder);
}

int trusted_open(const char *path, struct where where, struct fault *why)
{
	if (path[0] == '/') {
		int fd = open_without_links(path);

		if (fd >= 0)
			return fd;
		if (fd != -ELOOP)
			return fault(why, fd, where, "cannot open %s", path);
	}
	scoped(fd) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fault(why, -errno, where, "cannot open /");
	return trusted_walk(root, path, NULL, NULL, where, why);
}
