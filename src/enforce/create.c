/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "base/trusted.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/view.h"
#include "plan/plan.h"

static bool is_empty(int folder)
{
	scoped(dir) DIR *entries =
		descriptor_entries(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	size_t count = 0;

	while (entries && readdir(entries))
		count++;
	return entries && count <= 2;
}

/* Make the last part of the path in @parent, closed to all until it has its owner. */
static int make(int parent, const char *name, const struct plan_node *node)
{
	struct stat status;

	if (node->folder ? mkdirat(parent, name, 0700) < 0 : mknodat(parent, name, S_IFREG, 0) < 0)
		return -errno;
	int fd = openat(parent, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (node->folder ? O_DIRECTORY : 0));
	if (fd < 0)
		return -errno;
	/* Whoever may write the parent may have put something else there: not ours, not given. */
	if (fstat(fd, &status) == 0 && status.st_uid == 0 && status.st_gid == 0 &&
		(node->folder ? is_empty(fd) : (status.st_nlink == 1 && status.st_size == 0)) &&
		(status.st_mode & 07777) == (node->folder ? 0700 : 0))
		return fd;
	close(fd);
	return -EPERM;
}

/* The owner may be another service, which this one reads from. */
static int give(int fd, const struct plan_node *node)
{
	if (node->uid == 0 || node->gid == 0)
		return -EINVAL;
	if (fchown(fd, node->uid, node->gid) < 0 || fchmod(fd, node->mode & 01777) < 0)
		return -errno;
	return 0;
}

/* Open the folder of @path, made by root for all to pass where it is missing. */
static int open_parent(struct arena *arena, const char *path, struct where where, struct fault *why)
{
	static const struct plan_node folder = {.folder = true};
	const char *last = strrchr(path, '/');
	const char *parent =
		last == path ? "/" : arena_text_length(arena, path, (size_t)(last - path));
	struct fault missing;
	int fd = trusted_open(parent, where, &missing);

	if (fd != -ENOENT) {
		if (fd < 0 && why)
			*why = missing;
		return fd;
	}
	scoped(fd) int above = open_parent(arena, parent, where, why);
	if (above < 0)
		return above;
	scoped(fd) int made = make(above, strrchr(parent, '/') + 1, &folder);
	if (made < 0)
		return fault(why, made, where, "cannot make %s", parent);
	if (fchmod(made, 0755) < 0)
		return fault(why, -errno, where, "cannot make %s", parent);
	return take_fd(&made);
}

static int create(struct enforce_launch *launch, const struct plan_node *node, struct fault *why)
{
	struct fault missing;
	scoped(fd) int there = trusted_open(node->source, node->where, &missing);

	if (there >= 0)
		return 0;
	if (there != -ENOENT) {
		if (why)
			*why = missing;
		return there;
	}
	scoped(fd) int parent = open_parent(launch->arena, node->source, node->where, why);
	if (parent < 0)
		return parent;
	const char *name = strrchr(node->source, '/') + 1;
	scoped(fd) int made = make(parent, name, node);
	if (made == -EEXIST)
		return 0;
	int error = made < 0 ? made : give(made, node);
	/* Else the next launch would find it, and take it as it is. */
	if (made >= 0 && error < 0)
		unlinkat(parent, name, node->folder ? AT_REMOVEDIR : 0);
	if (error < 0)
		return fault(why, error, node->where, "cannot make %s", node->source);
	return 0;
}

static int create_whole(
	struct enforce_launch *launch, const struct plan_node *maker, struct fault *why)
{
	mode_t mask = umask(0);
	int error = create(launch, maker, why);

	umask(mask);
	return error;
}

/* A hint alone: what is there is walked to and looked at when it is opened. */
static bool is_missing(const struct plan_node *node)
{
	return faccessat(AT_FDCWD, node->source, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

int enforce_create_paths(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	int error = 0;

	/* Nothing of the host's is made for what has stand-ins. */
	for (size_t i = 0; error == 0 && i < service->node_count && !launch->stand_ins; i++) {
		const struct plan_node *node = &service->nodes[i];

		if (node->kind == PLAN_BIND && node->create && is_missing(node))
			error = create_whole(launch, node, why);
	}
	return error;
}

/* Whoever starts first makes it for its owner: two may read each other's. */
int enforce_create_for_other(
	struct enforce_launch *launch, const struct plan_node *node, struct fault *why)
{
	const struct plan *plan = launch->plan;

	for (size_t i = 0; i < plan->service_count && !launch->stand_ins; i++)
		for (size_t j = 0; j < plan->services[i].node_count; j++) {
			const struct plan_node *other = &plan->services[i].nodes[j];

			if (other->kind == PLAN_BIND && other->create &&
				text_equal(other->source, node->source))
				return create_whole(launch, other, why);
		}
	return -ENOENT;
}
