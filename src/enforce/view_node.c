/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/view.h"
#include "plan/plan.h"

/* Whose a thing of the service's is: without the layer the service is the host's root. */
static unsigned own(const struct enforce_launch *launch, unsigned id)
{
	return enforce_leaves_out(launch, LAYER_IDENTITY) ? 0 : id;
}

static bool is_own(const struct enforce_launch *launch, const struct plan_node *node)
{
	return own(launch, node->uid) || own(launch, node->gid);
}

/* A generated file or a secret: @length bytes, owned and moded as the node says. */
static int write_file(struct enforce_launch *launch, const struct plan_node *node, const char *data,
	size_t length)
{
	const int how = O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
	const mode_t mode = node->mode ? node->mode : 0444;
	scoped(fd) int file = openat(launch->root, node->target + 1, how | O_CREAT | O_EXCL, mode);
	int error = 0;

	/* The folder is missing, or the file there already. */
	if (file < 0) {
		error = enforce_make_file(launch, node->target);
		if (error < 0)
			return error;
		file = openat(launch->root, node->target + 1, how | O_TRUNC);
		if (file < 0 || fchmod(file, mode) < 0)
			return -errno;
	}
	error = descriptor_write(file, data, length);
	if (error == 0 && is_own(launch, node) && fchown(file, node->uid, node->gid) < 0)
		error = -errno;
	return error;
}

static int make_link(struct enforce_launch *launch, const struct plan_node *node)
{
	for (int tries = 0; tries < 2; tries++) {
		if (symlinkat(node->content, launch->root, node->target + 1) == 0 ||
			errno == EEXIST)
			return 0;
		const char *slash = strrchr(node->target, '/');
		if (errno != ENOENT || slash == node->target)
			return -errno;
		int error = enforce_make_folder(launch,
			arena_text_length(
				launch->arena, node->target, (size_t)(slash - node->target)),
			0755);
		if (error < 0)
			return error;
	}
	return -ENOENT;
}

static int make_folder(struct enforce_launch *launch, const struct plan_node *node)
{
	int error = enforce_make_folder(launch, node->target, node->mode);

	if (error < 0 || !is_own(launch, node))
		return error;
	return fchownat(launch->root, node->target + 1, node->uid, node->gid, AT_SYMLINK_NOFOLLOW) <
			       0
		       ? -errno
		       : 0;
}

static int make_memory(
	struct enforce_launch *launch, const struct plan_node *node, const struct plan_node *owner)
{
	enum { PAGE = 4096, FEWEST_NAMES = 64 };
	char size[24], names[24], mode[12], uid[12], gid[12];
	const char *const options[] = {
		"size", size, "nr_inodes", names, "mode", mode, "uid", uid, "gid", gid, NULL};

	/* As many as files of a page each would fill it: empty ones cost memory of the kernel's,
	 * which no size counts. */
	snprintf(names, sizeof(names), "%llu",
		(unsigned long long)(owner->size / PAGE + FEWEST_NAMES));
	snprintf(size, sizeof(size), "%llu", (unsigned long long)owner->size);
	snprintf(mode, sizeof(mode), "%o", owner->mode);
	snprintf(uid, sizeof(uid), "%u", own(launch, owner->uid));
	snprintf(gid, sizeof(gid), "%u", own(launch, owner->gid));
	int tree = enforce_new_mount("tmpfs", options, enforce_mount_attributes(launch, node));
	return tree < 0 ? tree : enforce_attach(launch, tree, node->target, true);
}

static int mount_proc(struct enforce_launch *launch, const struct plan_node *node)
{
	if (launch->proc_tree >= 0)
		return enforce_attach(launch, launch->proc_tree, node->target, true);
	/* The init's command line is the launcher's: a service does not see its init. */
	static const char *const options[] = {"hidepid", "invisible", NULL};
	int tree = enforce_new_mount("proc", options,
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return tree < 0 ? tree : enforce_attach(launch, tree, node->target, true);
}

/* `run` without a stack: nobody is at the other end, the folder is the service's own. */
static int make_sockets(struct enforce_launch *launch, size_t index)
{
	const struct plan_node *node = &launch->service->nodes[index];
	const struct plan_identity *identity = &launch->service->identity;
	const struct plan_node alone = {
		.size = 1 << 20, .mode = 0770, .uid = identity->uid, .gid = identity->gid};

	if (launch->trees[index] >= 0)
		return enforce_attach(launch, launch->trees[index], node->target, true);
	return make_memory(launch, node, &alone);
}

static int place(struct enforce_launch *launch, size_t index)
{
	const struct plan_node *node = &launch->service->nodes[index];

	switch (node->kind) {
	case PLAN_FOLDER:
		return make_folder(launch, node);
	case PLAN_LINK:
		return make_link(launch, node);
	case PLAN_FILE:
		return write_file(launch, node, node->content, strlen(node->content));
	case PLAN_BIND:
		return enforce_attach(launch, launch->trees[index], node->target, node->folder);
	case PLAN_MEMORY:
	case PLAN_NOTIFY:
		return make_memory(launch, node, node);
	case PLAN_PROC:
		return mount_proc(launch, node);
	case PLAN_MASK:
		return enforce_mask(launch, node);
	case PLAN_SECRET:
		return write_file(
			launch, node, launch->secrets[index].data, launch->secrets[index].length);
	case PLAN_SOCKETS:
		return make_sockets(launch, index);
	case PLAN_HOSTS:
		if (launch->trees[index] >= 0)
			return enforce_attach(launch, launch->trees[index], node->target, false);
		return write_file(launch, node, launch->hosts, strlen(launch->hosts));
	case PLAN_TREE:
		return enforce_fill_with_host(launch);
	}
	return -EINVAL;
}

int enforce_place(struct enforce_launch *launch, size_t index, struct fault *why)
{
	const struct plan_node *node = &launch->service->nodes[index];
	int error = place(launch, index);

	if (error < 0)
		return fault(why, error, node->where, "cannot put %s into the view of '%s'",
			node->target, launch->service->name);
	return 0;
}
