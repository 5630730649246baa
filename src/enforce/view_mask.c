/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/view.h"
#include "plan/plan.h"

/* What covers: an empty file and an empty folder, which nobody may open, on a read-only mount of
 * their own, so that each cover is a copy of that. */
static const char covers[] = ".closed", cover_file[] = ".closed/file",
		  cover_folder[] = ".closed/folder";

static int attach(struct enforce_launch *launch, int tree, const char *target)
{
	return move_mount(tree, "", launch->root, target, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

/* Stays open until the init closes everything: a call less for each of many masks. */
static int copy(struct enforce_launch *launch, const char *name)
{
	int tree = open_tree(launch->root, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return tree < 0 ? -errno : tree;
}

/* Made once, by the first mask.  A failure here says nothing of what is to be covered. */
static int make_covers(struct enforce_launch *launch)
{
	struct mount_attr closed = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			    MOUNT_ATTR_NOEXEC,
	};

	if (launch->covered)
		return 0;
	if (mkdirat(launch->root, covers, 0) < 0 ||
		mknodat(launch->root, cover_file, S_IFREG, 0) < 0 ||
		mkdirat(launch->root, cover_folder, 0) < 0)
		return -errno;
	scoped(fd) int tree = open_tree(launch->root, covers, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &closed, sizeof(closed)) < 0)
		return -errno;
	int error = attach(launch, tree, covers);
	launch->covered = error == 0;
	return error;
}

/*
 * The plan names entries of /proc without saying what they are: the file is
 * tried first, which the kernel refuses on a folder.  An entry that this kernel
 * does not have (any more) needs no cover.
 */
int enforce_mask(struct enforce_launch *launch, const struct plan_node *node)
{
	const char *target = node->target + 1;
	int error = make_covers(launch);

	if (error < 0)
		return error;
	int tree = launch->cover > 0 ? launch->cover : copy(launch, cover_file);
	if (tree < 0)
		return tree;
	error = attach(launch, tree, target);
	/* It is still there for the next one, when this was no file. */
	launch->cover = error < 0 ? tree : 0;
	if (error == -EINVAL || error == -ENOTDIR) {
		tree = copy(launch, cover_folder);
		error = tree < 0 ? tree : attach(launch, tree, target);
	}
	bool gone = error == -ENOENT &&
		    faccessat(launch->root, target, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		    errno == ENOENT;
	return gone ? 0 : error;
}
