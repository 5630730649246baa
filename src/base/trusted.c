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
	int root;
	bool trusted;        /* root owns every folder so far, nobody else may write them */
	char rest[PATH_MAX]; /* parts still to walk, from `next` on */
	size_t next;
	char reached[PATH_MAX]; /* without links; "" is / */
	unsigned links;
	const struct trusted_links *heard;
};

/* Group root counts as others: what an access list grants shows in the bits of the group. */
bool trusted_owner(const struct stat *status)
{
	return status->st_uid == 0 && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* As seen from the root of the walk, which may be a folder that stands for /. */
static const char *name_of(const struct walk *walk)
{
	if (walk->root == AT_FDCWD)
		return walk->reached[0] ? walk->reached : "/";
	return walk->reached[0] ? walk->reached + 1 : ".";
}

static int start_at_root(struct walk *walk)
{
	struct stat status;

	walk->reached[0] = '\0';
	if (fstatat(walk->root, name_of(walk), &status, 0) < 0)
		return -errno;
	walk->trusted = trusted_owner(&status);
	return 0;
}

/* Put @text in front of what remains. */
static int put_in_front(struct walk *walk, const char *text)
{
	char rest[PATH_MAX];

	if (snprintf(rest, sizeof(rest), "%s/%s", text, walk->rest + walk->next) >=
		(int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, strlen(rest) + 1);
	walk->next = 0;
	return 0;
}

/* Back from the link that was reached to the folder that it lies in, its target in front. */
static int follow(struct walk *walk)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(walk->root, name_of(walk), target, sizeof(target) - 1);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (!walk->trusted || ++walk->links > MOST_LINKS)
		return -ELOOP;
	if (walk->heard)
		walk->heard->hear(walk->heard->context, walk->reached, target);
	*strrchr(walk->reached, '/') = '\0';
	int error = put_in_front(walk, target);
	return error == 0 && target[0] == '/' ? start_at_root(walk) : error;
}

/* ".." is taken back in the text of what was reached, which is walked again. */
static int step_up(struct walk *walk)
{
	char above[PATH_MAX];

	memcpy(above, walk->reached, strlen(walk->reached) + 1);
	char *last = strrchr(above, '/');
	if (last)
		*last = '\0';
	int error = put_in_front(walk, above);
	return error < 0 ? error : start_at_root(walk);
}

/* What is reached in a folder that only root can write stays what it is; below any other no link is
 * followed, and the one open at the end refuses those that were put there since. */
static int enter(struct walk *walk, const char *part)
{
	size_t length = strlen(walk->reached), room = sizeof(walk->reached) - length;
	struct stat status;

	if (snprintf(walk->reached + length, room, "/%s", part) >= (int)room)
		return -ENAMETOOLONG;
	if (fstatat(walk->root, name_of(walk), &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(status.st_mode))
		return follow(walk);
	walk->trusted = walk->trusted && trusted_owner(&status);
	return 0;
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
	int error = start_at_root(walk);

	while (error == 0 && (error = next_part(walk, part)) > 0) {
		error = 0;
		if (strcmp(part, ".") != 0)
			error = strcmp(part, "..") == 0 ? step_up(walk) : enter(walk, part);
	}
	return error;
}

/* Does it name the same when links alone are absent: no part is empty, "." or ".."? */
static bool is_plain(const char *path)
{
	while (*path == '/') {
		size_t length = strcspn(++path, "/");

		if (length == 0 || (length <= 2 && strncmp(path, "..", length) == 0))
			return false;
		path += length;
	}
	return *path == '\0';
}

/*
 * One call when no link stands anywhere on the way, which is the rule: paths of
 * a plan are resolved already.  -ELOOP asks for the walk.
 */
static int open_without_links(int root, const char *name)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root, name, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int walk_from(int root, const char *path, struct arena *arena, const char **resolved,
	const struct trusted_links *heard)
{
	struct walk walk = {.root = root, .heard = heard};

	if (strlen(path) >= sizeof(walk.rest))
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, strlen(path) + 1);
	int error = walk_parts(&walk);
	if (error < 0)
		return error;
	if (resolved)
		*resolved = arena_text(arena, walk.reached[0] ? walk.reached : "/");
	return open_without_links(root, name_of(&walk));
}

static int trace(int root, const char *path, struct arena *arena, const char **resolved,
	const struct trusted_links *heard, struct where where, struct fault *why)
{
	if (path[0] != '/')
		return fault(why, -EINVAL, where, "%s is not an absolute path", path);
	int fd = is_plain(path) ? open_without_links(root, root == AT_FDCWD ? path : path + 1)
				: -ELOOP;
	if (fd >= 0 && resolved)
		*resolved = arena_text(arena, path);
	/* A link in a folder of everybody's may be forbidden before it is found to be one
	 * (fs.protected_symlinks). */
	if (fd == -ELOOP || fd == -EACCES)
		fd = walk_from(root, path, arena, resolved, heard);
	if (fd < 0)
		fault(why, fd, where, "cannot open %s", path);
	if (fd == -ELOOP)
		fault_hint(why, "a symbolic link below a folder that others than root may write is "
				"not followed: declare the path it points to");
	return fd;
}

int trusted_walk(int root, const char *path, struct arena *arena, const char **resolved,
	struct where where, struct fault *why)
{
	return trace(root, path, arena, resolved, NULL, where, why);
}

int trusted_trace(const char *path, struct arena *arena, const char **resolved,
	const struct trusted_links *heard, struct where where, struct fault *why)
{
	return trace(AT_FDCWD, path, arena, resolved, heard, where, why);
}

int trusted_open(const char *path, struct where where, struct fault *why)
{
	return trace(AT_FDCWD, path, NULL, NULL, NULL, where, why);
}
