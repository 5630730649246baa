/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "stack/log.h"
#include "stack/reload.h"
#include "stack/reload_part.h"
#include "stack/state.h"

enum { LOOKS = 120, PAUSE = 50000000 };

static const struct where nowhere;

static const struct stack_member *relay_of(const struct stack_state *state, const char *name)
{
	return text_equal(name, "gateway")  ? &state->gateway
	       : text_equal(name, "outlet") ? &state->outlet
					    : &state->resolver;
}

/* Does it serve by what the plan says that counts now? */
static bool is_right(const struct reload_change *change, const struct stack_state *state,
	const struct stack_member *relay)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan *by = stack_state_plan(state, relay->generation, arena, NULL);

	if (!by || !stack_member_alive(relay))
		return false;
	const struct plan_differences differences = plan_compare(by, change->after, arena);
	for (size_t i = 0; i < differences.count; i++)
		if (text_equal(differences.list[i].restarts, relay->name))
			return false;
	return true;
}

static void end(const struct stack_member *relay)
{
	scoped(fd) int pidfd = stack_member_open(relay);

	if (pidfd >= 0)
		pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
}

/* Its supervisor has the next take its place, by the plan that counts now.  Where that cannot start
 * the one before serves on, and is the right one again when the plan goes back. */
static int await(const struct reload_change *change, const char *name, struct fault *why)
{
	const struct timespec pause = {.tv_nsec = PAUSE};
	struct stack_state *now;

	for (int i = 0; i < LOOKS; i++) {
		int error =
			stack_state_read(change->state->stack, change->reload->arena, &now, why);
		if (error < 0)
			return error;
		const struct stack_member *relay = relay_of(now, name);
		if (is_right(change, now, relay))
			return 0;
		if (!stack_member_alive(&now->supervisor)) {
			/* Then `up` starts it. */
			end(relay);
			return 0;
		}
		nanosleep(&pause, NULL);
	}
	return fault(why, -ETIMEDOUT, nowhere,
		"the %s does not begin anew; %s/%s/supervisor.log says why", name, STACK_LOG_FOLDER,
		change->state->stack);
}

int reload_relays(const struct reload_change *change, struct fault *why)
{
	const struct plan_differences differences =
		plan_compare(change->before, change->after, change->reload->arena);
	int error = 0;

	for (size_t i = 0; error == 0 && i < differences.count; i++)
		if (differences.list[i].restarts)
			error = await(change, differences.list[i].restarts, why);
	return error;
}
