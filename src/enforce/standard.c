/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/view.h"
#include "plan/plan.h"

static int own_pipe(struct enforce_launch *launch, int ends[2], struct fault *why)
{
	const struct plan_identity *identity = &launch->service->identity;
	long uid = enforce_outside(identity->uids, identity->uid_count, identity->uid);
	long gid = enforce_outside(identity->gids, identity->gid_count, identity->gid);

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fault(why, -errno, launch->service->where, "cannot make a pipe");
	/* The service's own, so that it can open /dev/stdout. */
	if (uid < 0 || gid < 0 || fchown(ends[1], (uid_t)uid, (gid_t)gid) == 0)
		return 0;
	int error = -errno;
	close(ends[0]);
	close(ends[1]);
	return fault(why, error, launch->service->where, "cannot give away a pipe");
}

static int open_null(struct enforce_launch *launch, int number, struct fault *why)
{
	launch->standard[number] = open("/dev/null", (number ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (launch->standard[number] < 0)
		return fault(why, -errno, launch->service->where, "cannot open /dev/null");
	return 0;
}

static int relay(struct enforce_launch *launch, int number, struct fault *why)
{
	int ends[2] = {-1, -1}, error = own_pipe(launch, ends, why);

	if (error < 0)
		return error;
	launch->standard[number] = ends[number ? 1 : 0];
	launch->relays[launch->relay_count++] =
		number ? (struct enforce_relay){.from = ends[0], .to = number}
		       : (struct enforce_relay){.from = number, .to = ends[1]};
	return 0;
}

/*
 * The caller's descriptors, but never its sockets: connect(AF_UNSPEC) makes any
 * socket a way back into the network namespace it came from.  A folder is a way
 * to the host's tree.
 */
static int lend(struct enforce_launch *launch, int number, struct fault *why)
{
	struct stat status;

	int flags = fcntl(number, F_GETFD);
	/* Closed at an exec, it did not come through ours: the caller had closed it, and it is
	 * something of bulkhead's by now. */
	if (flags < 0 || flags & FD_CLOEXEC || fstat(number, &status) < 0)
		return open_null(launch, number, why);
	if (S_ISSOCK(status.st_mode))
		return relay(launch, number, why);
	if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
		return fault(why, -EINVAL, launch->service->where,
			"standard descriptor %d is a %s, which no service is given", number,
			S_ISDIR(status.st_mode)   ? "folder"
			: S_ISBLK(status.st_mode) ? "disk"
						  : "handle of the kernel's");
	launch->standard[number] = number;
	return 0;
}

/*
 * The init gets the folder as a mount of its own, above which there is nothing,
 * and owns it as uid 0 of its user namespace.
 */
static int take_log_folder(struct enforce_launch *launch, struct fault *why)
{
	uid_t id = launch->service->identity.init_id;
	struct where where = launch->service->where;

	if (launch->log_folder < 0)
		return 0;
	if (fchown(launch->log_folder, id, id) < 0)
		return fault(why, -errno, where, "cannot give the log folder to the init");
	int tree = enforce_clone_mount(
		launch->log_folder, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, -1);
	if (tree < 0)
		return fault(why, tree, where, "cannot take a mount of the log folder");
	launch->log_folder = tree;
	return 0;
}

int enforce_open_standard(struct enforce_launch *launch, struct fault *why)
{
	int ends[2] = {-1, -1}, error = 0;

	for (int i = 0; launch->foreground && error == 0 && i < 3; i++)
		error = lend(launch, i, why);
	if (launch->foreground || error < 0)
		return error;
	error = open_null(launch, 0, why);
	if (error == 0)
		error = own_pipe(launch, ends, why);
	if (error < 0)
		return error;
	launch->log = ends[0];
	launch->standard[1] = ends[1];
	launch->standard[2] = ends[1];
	return take_log_folder(launch, why);
}

int enforce_set_standard(struct enforce_launch *launch, struct fault *why)
{
	int away[3];

	if (setsid() < 0)
		return fault(why, -errno, launch->service->where, "cannot begin a session");
	/* Out of the way first, as 0-2 may stand among their own sources. */
	for (int i = 0; i < 3; i++) {
		away[i] = fcntl(launch->standard[i], F_DUPFD_CLOEXEC, 3);
		if (away[i] < 0)
			return fault(why, -errno, launch->service->where,
				"cannot set standard descriptor %d", i);
	}
	for (int i = 0; i < 3; i++)
		if (dup2(away[i], i) < 0)
			return fault(why, -errno, launch->service->where,
				"cannot set standard descriptor %d", i);
	return 0;
}
