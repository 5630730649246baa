/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/link.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "host/host.h"

enum { MOST_LINKS = 40 };

static const char *const merged[] = {
	"/bin", "/lib", "/lib32", "/lib64", "/libo32", "/libx32", "/sbin"};

static bool in_every_view(const char *path)
{
	for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++)
		if (text_equal(path, merged[i]))
			return true;
	return false;
}

static void add(struct host_links *links, const char *path, const char *target)
{
	for (size_t i = 0; i < links->count; i++)
		if (text_equal(links->items[i].path, path))
			return;
	struct host_link *link =
		arena_append(links->arena, &links->items, &links->count, sizeof(*link));
	link->path = arena_text(links->arena, path);
	link->target = arena_text(links->arena, target);
}

void host_links_hear(void *context, const char *path, const char *target)
{
	if (!in_every_view(path))
		add(context, path, target);
}

/* Where the walk is, without links, and what is still to go. */
struct walk {
	char reached[PATH_MAX];
	char rest[PATH_MAX];
};

static void step_up(struct walk *walk)
{
	char *last = strrchr(walk->reached, '/');

	if (last)
		*last = '\0';
}

static int follow(struct walk *walk, const char *target)
{
	char rest[PATH_MAX];

	if (snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, sizeof(rest));
	if (target[0] == '/')
		walk->reached[0] = '\0';
	else
		step_up(walk);
	return 0;
}

/* Enter @part; 1 when it is a link, whose text is then in @target. */
static int enter(struct walk *walk, const char *part, size_t length, char target[PATH_MAX])
{
	size_t reached = strlen(walk->reached);

	if (reached + length + 2 > sizeof(walk->reached))
		return -ENAMETOOLONG;
	walk->reached[reached] = '/';
	memcpy(walk->reached + reached + 1, part, length);
	walk->reached[reached + 1 + length] = '\0';
	ssize_t size = readlink(walk->reached, target, PATH_MAX - 1);
	if (size < 0)
		return errno == EINVAL ? 0 : -errno;
	target[size] = '\0';
	return 1;
}

static int next(struct walk *walk, char target[PATH_MAX])
{
	char part[NAME_MAX + 1];
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(part, start, length);
	part[length] = '\0';
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	if (length == 0 || strcmp(part, ".") == 0)
		return 0;
	if (strcmp(part, "..") == 0) {
		step_up(walk);
		return 0;
	}
	return enter(walk, part, length, target);
}

int host_links_along(struct host_links *links, const char *path)
{
	struct walk walk = {.reached = ""};
	char target[PATH_MAX];
	unsigned followed = 0;
	int error = 0;

	if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest))
		return -ENAMETOOLONG;
	while (error >= 0 && walk.rest[strspn(walk.rest, "/")] != '\0') {
		error = next(&walk, target);
		if (error <= 0)
			continue;
		if (++followed > MOST_LINKS)
			return -ELOOP;
		host_links_hear(links, walk.reached, target);
		error = follow(&walk, target);
	}
	return error < 0 ? error : 0;
}
