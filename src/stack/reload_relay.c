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

enum { LOOKS = 100, PAUSE = 50000000 };

static const struct where nowhere;

static const struct stack_member *relay_of(const struct stack_state *state, const char *name)
{
	return text_equal(name, "gateway") ? &state->gateway : &state->outlet;
}

/* Its supervisor starts the next at once, by the plan that counts now. */
static int begin_anew(const struct reload_change *change, const char *name, struct fault *why)
{
	const struct timespec pause = {.tv_nsec = PAUSE};
	const struct stack_member *before = relay_of(change->state, name);
	scoped(fd) int pidfd = stack_member_open(before);
	struct stack_state *now;

	if (pidfd < 0)
		return 0;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	/* Then `up` starts it. */
	if (!stack_member_alive(&change->state->supervisor))
		return 0;
	for (int i = 0; i < LOOKS; i++) {
		nanosleep(&pause, NULL);
		int error =
			stack_state_read(change->state->stack, change->reload->arena, &now, why);
		if (error < 0)
			return error;
		const struct stack_member *after = relay_of(now, name);
		if ((after->pid != before->pid || after->start != before->start) &&
			stack_member_alive(after))
			return 0;
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
			error = begin_anew(change, differences.list[i].restarts, why);
	return error;
}
