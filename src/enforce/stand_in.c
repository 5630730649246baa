/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/launch.h"
#include "enforce/view.h"
#include "plan/plan.h"

bool enforce_stood_in(const struct enforce_stand_ins *stand_ins, const char *source)
{
	for (size_t i = 0; i < stand_ins->count; i++)
		if (text_equal(stand_ins->paths[i], source))
			return true;
	return false;
}

/* Does it lie in what an earlier one covers? */
static bool covered(const struct enforce_stand_ins *stand_ins, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_path_within(stand_ins->paths[index], stand_ins->paths[i]))
			return true;
	return false;
}

/* What is not there cannot be touched; nor can what this process does not reach, which has all
 * rights over what belongs to the service's users. */
static int cover(struct enforce_launch *launch, const char *path)
{
	const char *name = arena_printf(launch->arena, "%s%s", launch->stand_ins->folder, path);
	scoped(fd) int tree = open_tree(
		AT_FDCWD, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);

	if (tree < 0)
		return -errno;
	if (move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 && errno != ENOENT &&
		errno != EACCES)
		return -errno;
	return 0;
}

/* What is the service's own memory in its view is memory here as well: nothing of what it leaves in
 * /tmp is left in the host's. */
static int cover_tmp(void)
{
	const char *const options[] = {"mode", "1777", NULL};
	scoped(fd) int tree =
		enforce_new_mount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

	if (tree < 0)
		return tree;
	return move_mount(tree, "", AT_FDCWD, "/tmp", MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

int enforce_cover_data(struct enforce_launch *launch, struct fault *why)
{
	const struct enforce_stand_ins *stand_ins = launch->stand_ins;
	int tmp = cover_tmp();

	if (tmp < 0)
		return fault(why, tmp, launch->service->where, "cannot cover /tmp");

	for (size_t i = 0; i < stand_ins->count; i++) {
		int error = covered(stand_ins, i) ? 0 : cover(launch, stand_ins->paths[i]);

		if (error < 0)
			return fault(why, error, launch->service->where,
				"cannot cover %s with scratch data", stand_ins->paths[i]);
	}
	return 0;
}
