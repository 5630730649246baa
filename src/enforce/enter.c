/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

static int gone(const struct enforce_launch *launch, struct fault *why)
{
	return fault(why, -ESRCH, launch->service->where, "'%s' has ended meanwhile",
		launch->service->name);
}

/* The root of its view, for the rules of Landlock; the command comes there by the namespaces. */
int enforce_open_entered_root(struct enforce_launch *launch, struct fault *why)
{
	struct pollfd ended = {.fd = launch->entered, .events = POLLIN};
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)launch->entered_pid);
	launch->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = launch->root < 0 ? -errno : 0;
	/* Alive afterwards too: so the number was nobody else's in between. */
	if (poll(&ended, 1, 0) != 0)
		return gone(launch, why);
	return error < 0 ? fault(why, error, launch->service->where, "cannot open the view of '%s'",
				   launch->service->name)
			 : 0;
}

/*
 * All at once, so that the host's rights serve for each; the pid namespace is
 * that of children, so the command alone is in it.  There the service's other
 * processes see the command before it executes, with the memory of who launched
 * it: not dumpable, it can be neither read nor traced.
 */
int enforce_enter_namespaces(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->where;
	int kinds = CLONE_NEWUSER | CLONE_NEWNS;

	if (!enforce_leaves_out(launch, LAYER_NETWORK))
		kinds |= CLONE_NEWNET;
	if (!enforce_leaves_out(launch, LAYER_NAMESPACES))
		kinds |= CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fault(why, -errno, where, "cannot hide its memory");
	if (setns(launch->entered, kinds) == 0)
		return 0;
	if (errno == ESRCH)
		return gone(launch, why);
	return fault(why, -errno, where, "cannot enter those of '%s'", launch->service->name);
}

/* The keeper's death is told by no pid namespace.  After the change of ids, which forgets it; who
 * is late for it finds the keeper's pipe closed. */
int enforce_end_with_keeper(struct enforce_launch *launch, struct fault *why)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return fault(why, -errno, launch->service->where, "cannot tie it to its keeper");
	return 0;
}
