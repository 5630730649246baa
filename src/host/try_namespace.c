/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "host/try.h"

/* Every namespace that the launch makes, but the user's. */
static const uint64_t all_others =
	CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

static enum host_state be_someone_else(struct host_try *try)
{
	if (setresgid(33, 33, 33) < 0 || setresuid(33, 33, 33) < 0)
		return host_refused(try, errno, "cannot become a mapped user");
	return host_found(try, HOST_YES, "maps with several extents, written from outside");
}

enum host_state host_try_user_namespace(struct host_try *try)
{
	/* Maps of several extents are the parent's to write, and need CAP_SETUID. */
	if (!try->root)
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	return host_in_user_namespace(try, 0, be_someone_else);
}

static enum host_state be_first(struct host_try *try)
{
	if (getpid() != 1)
		return host_found(try, HOST_NO, "a new process namespace counts from %d", getpid());
	return host_found(try, HOST_YES, "mount, pid, net, ipc, uts, cgroup");
}

enum host_state host_try_namespaces(struct host_try *try)
{
	return host_in_user_namespace(try, all_others, be_first);
}

/* With the limit at 0 the next user namespace must fail for that reason. */
static enum host_state forbid_nested(struct host_try *try)
{
	int error = descriptor_put(AT_FDCWD, "/proc/sys/user/max_user_namespaces", "0");

	if (error < 0)
		return host_refused(try, error, "cannot write /proc/sys/user/max_user_namespaces");
	if (unshare(CLONE_NEWUSER) == 0)
		return host_found(
			try, HOST_NO, "a limit of 0 does not keep a process from one more");
	if (errno != ENOSPC)
		return host_refused(try, errno, "unshare under a limit of 0");
	return HOST_YES;
}

enum host_state host_try_namespace_limits(struct host_try *try)
{
	return host_in_user_namespace(try, 0, forbid_nested);
}
