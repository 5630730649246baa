/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/down.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_door.h"
#include "plan/plan.h"
#include "stack/cgroup.h"
#include "stack/folders.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/up.h"

enum { LEAVE_MILLISECONDS = 3000, FOLLOW_MILLISECONDS = 500 };

static bool ends_within(int pidfd, int milliseconds)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	return poll(&ended, 1, milliseconds) > 0;
}

static void dismiss(const struct stack_member *member)
{
	scoped(fd) int pidfd = stack_member_open(member);

	if (pidfd < 0)
		return;
	pidfd_send_signal(pidfd, SIGHUP, NULL, 0);
	if (ends_within(pidfd, LEAVE_MILLISECONDS))
		return;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	ends_within(pidfd, LEAVE_MILLISECONDS);
}

/* The supervisor, in a pid namespace of its own, hears no HUP: it ends with the launcher. */
static void follow(const struct stack_member *supervisor)
{
	scoped(fd) int pidfd = stack_member_open(supervisor);

	if (pidfd < 0 || ends_within(pidfd, FOLLOW_MILLISECONDS))
		return;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	ends_within(pidfd, LEAVE_MILLISECONDS);
}

void stack_dismiss(const struct stack_state *state)
{
	dismiss(&state->launcher);
	/* Of version 1 there is no launcher, and a supervisor that hears. */
	if (state->version < 2)
		dismiss(&state->supervisor);
	follow(&state->supervisor);
}

/* Their records alone, where the rest of the state cannot be read. */
static void dismiss_recorded(const char *folder, struct arena *arena)
{
	scoped(fd) int run = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stack_state state = {0};

	if (run < 0)
		return;
	stack_member_read(run, "launcher.json", arena, &state.launcher, NULL);
	stack_member_read(run, "supervisor.json", arena, &state.supervisor, NULL);
	stack_dismiss(&state);
}

/* Of a state that cannot be read nobody knows whether it has one: it is no fault if it has not. */
static int shut_door(
	const char *stack, const char *folder, const struct stack_state *state, struct fault *why)
{
	if (!state) {
		if (access(folder, F_OK) == 0)
			enforce_network_door_away(stack, NULL);
		return 0;
	}
	const struct plan *plan = state->plan;
	return plan->network.host_link && plan->publish_count
		       ? enforce_network_door_away(stack, why)
		       : 0;
}

int stack_clear(const char *stack, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *folder = arena_printf(arena, "%s/%s", STACK_RUN_FOLDER, stack);
	struct stack_state *state = NULL;
	int error;

	/* First those who would start and write on; then what they have written. */
	dismiss_recorded(folder, arena);
	/* A state that cannot be read whole is no reason to leave anything running: the cgroups
	 * hold all the rest. */
	if (stack_state_read(stack, arena, &state, NULL) == 0)
		stack_stop_members(state);
	else
		state = NULL;
	error = stack_cgroup_remove(stack, why);
	if (error == 0)
		error = stack_sockets_unmount(folder, why);
	if (error == 0)
		error = shut_door(stack, folder, state, why);
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
