/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/phase.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/init.h"

enum { LONGEST_CALL = 512 };

/*
 * In a child, which its mount namespace dies with.  From its root on and not by
 * any name: what lies in there is the service's.
 */
static int close_view(int pidfd)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOEXEC};

	if (setns(pidfd, CLONE_NEWNS) < 0 || syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE,
						     &attributes, sizeof(attributes)) < 0)
		return errno;
	return 0;
}

static int in_child(int pidfd)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(close_view(pidfd));
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int stack_phase_end(const struct plan_service *service, int pidfd, struct fault *why)
{
	if (pidfd_send_signal(pidfd, STACK_INIT_READY, NULL, 0) < 0)
		return errno == ESRCH ? 0
				      : fault(why, -errno, service->where,
						"cannot tell the init of '%s' that it is ready",
						service->name);
	if (!service->view_closes)
		return 0;
	int error = in_child(pidfd);
	return error == 0 || error == -ESRCH
		       ? 0
		       : fault(why, error, service->view_closes_where,
				 "cannot close the view of '%s' to new programs", service->name);
}

/* "44 0x6 …": the call that it sleeps in; -1: in none, as when a page comes from the disk. */
bool stack_phase_at_rest(const struct plan_service *service, pid_t process)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text;
	long number;

	if (descriptor_read(AT_FDCWD, arena_printf(arena, "/proc/%d/syscall", process),
		    LONGEST_CALL, arena, &text) < 0)
		return true;
	if (sscanf(text, "%ld", &number) != 1 || number < 0)
		return false;
	for (size_t i = 0; i < service->ending_count; i++)
		if (service->endings[i].number == (uint32_t)number)
			return false;
	return true;
}
