/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/launch.h"
#include "enforce/view.h"
#include "plan/plan.h"

enum { MOUNT = MOVE_MOUNT_F_EMPTY_PATH };

int enforce_new_mount(const char *type, const char *const *options, unsigned attributes)
{
	/* Stays open until the init closes everything, as what is mounted does. */
	int space = fsopen(type, FSOPEN_CLOEXEC);

	if (space < 0)
		return -errno;
	for (; options && options[0]; options += 2)
		if (fsconfig(space, FSCONFIG_SET_STRING, options[0], options[1], 0) < 0)
			return -errno;
	if (fsconfig(space, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int mount = fsmount(space, FSMOUNT_CLOEXEC, attributes);
	return mount < 0 ? -errno : mount;
}

int enforce_make_folder(struct enforce_launch *launch, const char *target, unsigned mode)
{
	char path[PATH_MAX];

	if (mkdirat(launch->root, target + 1, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || strlen(target) >= sizeof(path))
		return -errno;
	memcpy(path, target, strlen(target) + 1);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(launch->root, path + 1, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdirat(launch->root, path + 1, mode) == 0 || errno == EEXIST ? 0 : -errno;
}

/* Is @target inside a mount of the host?  There others may have put links. */
static bool beneath_bind(const struct enforce_launch *launch, const char *target)
{
	for (size_t i = 0; i < launch->service->node_count; i++) {
		const struct plan_node *node = &launch->service->nodes[i];

		if (launch->trees[i] >= 0 && node->folder && strcmp(node->target, target) != 0 &&
			text_path_within(target, node->target))
			return true;
	}
	return false;
}

static int attach_without_links(struct enforce_launch *launch, int tree, const char *target)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
	};
	scoped(fd) int place =
		(int)syscall(SYS_openat2, launch->root, target + 1, &how, sizeof(how));

	if (place < 0)
		return -errno;
	return move_mount(tree, "", place, "", MOUNT | MOVE_MOUNT_T_EMPTY_PATH) < 0 ? -errno : 0;
}

int enforce_make_file(struct enforce_launch *launch, const char *target)
{
	if (mknodat(launch->root, target + 1, S_IFREG | 0444, 0) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	const char *slash = strrchr(target, '/');
	int error = enforce_make_folder(
		launch, arena_text_length(launch->arena, target, (size_t)(slash - target)), 0755);
	if (error < 0)
		return error;
	return mknodat(launch->root, target + 1, S_IFREG | 0444, 0) < 0 ? -errno : 0;
}

int enforce_attach(struct enforce_launch *launch, int tree, const char *target, int folder)
{
	/* In a mount of the host nothing is made: the place must be there. */
	if (beneath_bind(launch, target))
		return attach_without_links(launch, tree, target);
	int error = folder ? enforce_make_folder(launch, target, 0755)
			   : enforce_make_file(launch, target);
	if (error < 0)
		return error;
	return move_mount(tree, "", launch->root, target + 1, MOUNT) < 0 ? -errno : 0;
}
