/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/down.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "stack/cgroup.h"
#include "stack/folders.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/up.h"

enum { LEAVE_MILLISECONDS = 3000 };

void stack_dismiss(const struct stack_member *supervisor)
{
	scoped(fd) int pidfd = stack_member_open(supervisor);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	if (pidfd < 0)
		return;
	pidfd_send_signal(pidfd, SIGHUP, NULL, 0);
	if (poll(&ended, 1, LEAVE_MILLISECONDS) == 0)
		pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
}

/* Its record alone, where the rest of the state cannot be read. */
static void dismiss_recorded(const char *folder, struct arena *arena)
{
	scoped(fd) int run = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stack_member supervisor = {0};

	if (run >= 0 && stack_member_read(run, "supervisor.json", arena, &supervisor, NULL) == 0)
		stack_dismiss(&supervisor);
}

int stack_clear(const char *stack, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *folder = arena_printf(arena, "%s/%s", STACK_RUN_FOLDER, stack);
	struct stack_state *state;
	int error;

	/* A state that cannot be read whole is no reason to leave anything running: the cgroups
	 * hold all but the supervisor. */
	if (stack_state_read(stack, arena, &state, NULL) == 0) {
		stack_dismiss(&state->supervisor);
		stack_stop_members(state, STACK_STOP_SECONDS);
	} else {
		dismiss_recorded(folder, arena);
	}
	error = stack_cgroup_remove(stack, why);
	if (error == 0)
		error = stack_sockets_unmount(folder, why);
	return error ? error : stack_state_remove(stack, why);
}

int stack_down(const char *stack, void (*say)(void *context, const char *service, const char *text),
	void *context, struct fault *why)
{
	scoped(fd) int lock = -1;
	char folder[300];
	int error;

	snprintf(folder, sizeof(folder), "%s/%s", STACK_RUN_FOLDER, stack);
	if (access(folder, F_OK) < 0) {
		fault_of(why, FAULT_NO, 0, (struct where){0}, "stack '%s' is not up", stack);
		return -ENOENT;
	}
	lock = stack_lock(stack, say, context, why);
	if (lock < 0)
		return lock;
	error = stack_clear(stack, why);
	stack_unlock_unused(stack);
	return error;
}
