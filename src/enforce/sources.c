/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/trusted.h"
#include "enforce/idmap.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/network.h"
#include "enforce/stand_in.h"
#include "enforce/view.h"
#include "plan/plan.h"

unsigned enforce_mount_attributes(const struct enforce_launch *launch, const struct plan_node *node)
{
	unsigned attributes = MOUNT_ATTR_NOSUID;

	if (node->read_only || node->as_root)
		attributes |= MOUNT_ATTR_RDONLY;
	if (!node->device)
		attributes |= MOUNT_ATTR_NODEV;
	if (!node->executable && !enforce_leaves_out(launch, LAYER_EXEC))
		attributes |= MOUNT_ATTR_NOEXEC;
	return attributes;
}

/* Linux 6.15: both at once. */
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

/* -ENOSYS where the kernel does not know it, or a container's filter does not. */
static int clone_with_attributes(
	int folder, const char *name, unsigned flags, struct mount_attr *attributes)
{
	static bool unknown;
	int tree = -1;

	if (!unknown)
		tree = (int)syscall(
			SYS_open_tree_attr, folder, name, flags, attributes, sizeof(*attributes));
	if (unknown || (tree < 0 && (errno == ENOSYS || errno == EPERM))) {
		unknown = true;
		return -ENOSYS;
	}
	return tree < 0 ? -errno : tree;
}

/* A detached copy of the mount of @name in @folder, with an empty name of @folder itself. */
static int clone_mount(int folder, const char *name, struct mount_attr *attributes)
{
	const unsigned flags =
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH);
	int tree = clone_with_attributes(folder, name, flags, attributes);

	if (tree != -ENOSYS)
		return tree;
	tree = open_tree(folder, name, flags);
	if (tree < 0)
		return -errno;
	if (mount_setattr(tree, "", AT_EMPTY_PATH, attributes, sizeof(*attributes)) < 0) {
		int error = -errno;

		close(tree);
		return error;
	}
	return tree;
}

int enforce_clone_mount(int source, unsigned attributes, int idmap)
{
	struct mount_attr change = {
		.attr_set = attributes | (idmap >= 0 ? MOUNT_ATTR_IDMAP : 0),
		.propagation = MS_PRIVATE,
		.userns_fd = idmap >= 0 ? (unsigned)idmap : 0,
	};

	return clone_mount(source, "", &change);
}

/* The stack's generated hosts file, which more than one launch of a service may have bound. */
static int open_hosts(
	struct enforce_launch *launch, const struct plan_node *node, struct fault *why)
{
	return enforce_write_hosts(
		launch->plan, launch->service, launch->run_folder, node->where, launch->arena, why);
}

static int open_source(
	struct enforce_launch *launch, const struct plan_node *node, struct fault *why)
{
	if (node->kind == PLAN_HOSTS)
		return open_hosts(launch, node, why);
	if (node->kind == PLAN_SOCKETS)
		return trusted_open(arena_printf(launch->arena, "%s/sockets/%s", launch->run_folder,
					    node->source),
			node->where, why);
	/* What is id-mapped is read-only as well, and stand-ins lie where that may not be. */
	if (launch->stand_ins && !node->as_root &&
		enforce_stood_in(launch->stand_ins, node->source))
		return trusted_open(arena_printf(launch->arena, "%s%s", launch->stand_ins->folder,
					    node->source),
			node->where, why);
	return trusted_open(node->source, node->where, why);
}

static bool comes_from_outside(const struct enforce_launch *launch, const struct plan_node *node)
{
	if (node->kind == PLAN_HOSTS || node->kind == PLAN_SOCKETS)
		return launch->run_folder != NULL;
	return node->kind == PLAN_BIND;
}

/* The folder of @path, opened once for all sources in it; its place among the launch's. */
static const struct enforce_folder *find_folder(struct enforce_launch *launch, const char *path)
{
	const size_t length = (size_t)(strrchr(path, '/') - path);
	struct stat status;

	for (size_t i = 0; i < launch->folder_count; i++)
		if (strncmp(launch->folders[i].path, path, length) == 0 &&
			launch->folders[i].path[length] == '\0')
			return &launch->folders[i];
	struct enforce_folder *folder = arena_append(
		launch->arena, &launch->folders, &launch->folder_count, sizeof(*folder));
	*folder = (struct enforce_folder){.path = arena_text_length(launch->arena, path, length)};
	folder->fd = trusted_open(length ? folder->path : "/", (struct where){0}, NULL);
	folder->trusted =
		folder->fd >= 0 && fstat(folder->fd, &status) == 0 && trusted_owner(&status);
	return folder;
}

/* A name in a folder that only root can write needs no descriptor of its own: its mount is one. */
static int clone_in_folder(struct enforce_launch *launch, const struct plan_node *node)
{
	struct mount_attr change = {
		.attr_set = enforce_mount_attributes(launch, node),
		.propagation = MS_PRIVATE,
	};

	if (node->kind != PLAN_BIND || node->as_root)
		return -ENOENT;
	const struct enforce_folder *folder = find_folder(launch, node->source);
	return folder->trusted ? clone_mount(folder->fd, strrchr(node->source, '/') + 1, &change)
			       : -ENOENT;
}

static int clone_source(struct enforce_launch *launch, size_t index, int *idmap, struct fault *why)
{
	const struct plan_node *node = &launch->service->nodes[index];
	int source = open_source(launch, node, why);

	if (source < 0)
		return source;
	launch->sources[index] = source;
	if (node->as_root && *idmap < 0) {
		*idmap = enforce_idmap(&launch->service->identity, why);
		if (*idmap < 0)
			return *idmap;
	}
	launch->trees[index] = enforce_clone_mount(
		source, enforce_mount_attributes(launch, node), node->as_root ? *idmap : -1);
	int error = launch->trees[index];
	if (error >= 0)
		return 0;
	fault(why, error, node->where, "cannot take a mount of %s",
		node->source ? node->source : node->target);
	/* overlay never, memory file systems since 6.3 */
	if (node->as_root && error == -EINVAL)
		fault_hint(why,
			"its file system cannot be id-mapped: keep %s on ext4, xfs or btrfs",
			node->source);
	return error;
}

/* What the short way cannot do, the long one does or says why not; what is missing may be made. */
static int open_node(struct enforce_launch *launch, size_t index, int *idmap, struct fault *why)
{
	const struct plan_node *node = &launch->service->nodes[index];
	int tree = clone_in_folder(launch, node);
	struct fault made = {0};

	if (tree >= 0) {
		launch->sources[index] = launch->trees[index] = tree;
		return 0;
	}
	int error = clone_source(launch, index, idmap, why);
	if (error != -ENOENT || node->kind != PLAN_BIND)
		return error;
	int create = enforce_create_for_other(launch, node, &made);
	if (create == 0)
		return clone_source(launch, index, idmap, why);
	/* Nobody makes it, or why not. */
	if (made.text[0] && why)
		*why = made;
	return made.text[0] ? create : error;
}

/* The host's procfs whole: only where the namespaces are left out, as then there is no own one. */
static int open_host_proc(struct enforce_launch *launch, struct fault *why)
{
	launch->proc_tree =
		open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (launch->proc_tree < 0)
		return fault(why, -errno, launch->service->where, "cannot take a mount of /proc");
	return 0;
}

int enforce_open_sources(struct enforce_launch *launch, struct fault *why)
{
	scoped(fd) int idmap = -1;

	if (!launch->run_folder)
		launch->hosts = enforce_network_hosts(launch->plan, launch->service, launch->arena);
	for (size_t i = 0; i < launch->service->node_count; i++) {
		int error = 0;

		if (comes_from_outside(launch, &launch->service->nodes[i]))
			error = open_node(launch, i, &idmap, why);
		if (error < 0)
			return error;
	}
	return enforce_leaves_out(launch, LAYER_NAMESPACES) ? open_host_proc(launch, why) : 0;
}

int enforce_open_bring(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->where;
	char path[PATH_MAX];

	if (!launch->bring)
		return 0;
	if (!realpath(launch->bring, path))
		return fault(why, -errno, where, "cannot open %s", launch->bring);
	scoped(fd) int source = trusted_open(path, where, why);
	if (source < 0)
		return source;
	launch->bring_tree = enforce_clone_mount(
		source, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, -1);
	if (launch->bring_tree < 0)
		return fault(why, launch->bring_tree, where, "cannot take a mount of %s", path);
	return 0;
}
