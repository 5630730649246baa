/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/file.h"

static const struct where nowhere;

/* Is @path where a mount of ours begins?  Its parent is on another device then. */
static bool mounted(const char *parent, const char *path)
{
	struct stat above, here;

	return stat(parent, &above) == 0 && stat(path, &here) == 0 && above.st_dev != here.st_dev;
}

static int mount_one(
	const struct plan_socket_folder *socket_folder, const char *parent, struct fault *why)
{
	char path[PATH_MAX], options[128];
	int made;

	if (snprintf(path, sizeof(path), "%s/%s", parent, socket_folder->name) >= (int)sizeof(path))
		return fault(why, -ENAMETOOLONG, socket_folder->where, "cannot make %s", parent);
	made = stack_folder_make(AT_FDCWD, path, 0700, why);
	if (made < 0)
		return made;
	close(made);
	if (mounted(parent, path))
		return 0;
	snprintf(options, sizeof(options), "size=1m,nr_inodes=64,mode=2770,uid=%u,gid=%u",
		socket_folder->uid, socket_folder->gid);
	if (mount("bulkhead", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
		return fault(why, -errno, socket_folder->where,
			"cannot mount the folder of socket %s", socket_folder->folder);
	return 0;
}

int stack_sockets_mount(const struct plan *plan, const char *folder, struct fault *why)
{
	char parent[PATH_MAX];
	int error = 0;

	snprintf(parent, sizeof(parent), "%s/sockets", folder);
	for (size_t i = 0; error == 0 && i < plan->socket_folder_count; i++)
		error = mount_one(&plan->socket_folders[i], parent, why);
	return error;
}

int stack_sockets_unmount(const char *folder, struct fault *why)
{
	char parent[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;

	snprintf(parent, sizeof(parent), "%s/sockets", folder);
	scoped(dir) DIR *sockets = opendir(parent);
	while (sockets && (entry = readdir(sockets))) {
		if (entry->d_name[0] == '.' || snprintf(path, sizeof(path), "%s/%s", parent,
						       entry->d_name) >= (int)sizeof(path))
			continue;
		/* A view that is being torn down may hold it for a moment yet: detach. */
		if (mounted(parent, path) && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return fault(why, -errno, nowhere, "cannot unmount %s", path);
	}
	return 0;
}
