/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_end.h"
#include "plan/plan.h"
#include "stack/folders.h"
#include "stack/follow.h"
#include "stack/reload.h"
#include "stack/reload_network.h"
#include "stack/reload_part.h"
#include "stack/reload_step.h"
#include "stack/state.h"

static const struct where nowhere;

static int come_by(const struct stack_reload *reload, int step, struct fault *why)
{
	return stack_reload_step(reload, step)
		       ? fault(why, -ECANCELED, nowhere, "told to fail at step %d", step)
		       : 0;
}

/* The supervisor goes on by it; without one the next does. */
static int tell(const struct reload_change *change, uint32_t generation, struct fault *why)
{
	const struct stack_state *state = change->state;
	struct stack_follow follow = {.stack = state->stack,
		.plan = change->after,
		.verb = STACK_CONTROL_PLAN,
		.number = generation,
		.arena = change->reload->arena};

	if (!stack_member_alive(&state->supervisor)) {
		reload_say(change->reload, NULL,
			"no supervisor answers: the next goes on by it (bulkhead up)");
		return 0;
	}
	return stack_follow(&follow, why);
}

/* Until here nobody goes on by it, and it can be as if it had never been. */
static int begin(const struct reload_change *change, struct reload_network *network, int folder,
	uint32_t generation, struct fault *why)
{
	const struct stack_reload *reload = change->reload;
	const struct stack_state *state = change->state;
	int error = stack_state_write_plan(folder, change->after, generation, why);

	if (error == 0)
		error = come_by(reload, STACK_RELOAD_WRITTEN, why);
	if (error == 0)
		error = stack_state_write_changing(
			folder, state, state->generation, change->former, generation, why);
	if (error == 0)
		error = come_by(reload, STACK_RELOAD_BEGUN, why);
	if (error == 0)
		error = stack_sockets_mount(change->after, state->folder, why);
	return error ? error : reload_network_change(network, why);
}

/* Who was started meanwhile was so by the plan before. */
static int settle(
	const struct reload_change *change, struct reload_network *network, struct fault *why)
{
	struct stack_state *now;
	int error = stack_state_read(change->state->stack, change->reload->arena, &now, why);

	if (error == 0)
		error = reload_network_late(network, now, why);
	if (error == 0)
		error = reload_network_end(network, now, why);
	return error ? error : come_by(change->reload, STACK_RELOAD_ENDED, why);
}

static int carry_through(
	const struct reload_change *change, int folder, uint32_t generation, struct fault *why)
{
	const struct stack_reload *reload = change->reload;
	int error = come_by(reload, STACK_RELOAD_CHANGED, why);

	if (error == 0)
		error = stack_state_write_changing(
			folder, change->state, generation, change->former, generation, why);
	if (error == 0)
		error = come_by(reload, STACK_RELOAD_COUNTS, why);
	return error ? error : tell(change, generation, why);
}

int reload_change(struct reload_change *change, struct fault *why)
{
	const struct stack_state *state = change->state;
	struct reload_network network = {.reload = change->reload,
		.state = state,
		.before = change->before,
		.after = change->after,
		.arena = change->reload->arena,
		.unsure = change->unsure,
		.router = -1};
	scoped(fd) int folder = stack_state_make(state->stack, why);

	if (folder < 0)
		return folder;
	const uint32_t generation = stack_state_next(folder, state->generation);
	int error = reload_network_may_end(&network, why);
	if (error == 0)
		error = begin(change, &network, folder, generation, why);
	if (error == 0)
		error = carry_through(change, folder, generation, why);
	if (error < 0) {
		/* Nobody goes on by it: it does not count. */
		reload_network_undo(&network);
		if (!change->unsure)
			stack_state_write_fixed(folder, state->router, state->generation, NULL);
		reload_network_close(&network);
		return error;
	}
	change->counted = true;
	error = come_by(change->reload, STACK_RELOAD_TOLD, why);
	if (error == 0)
		error = settle(change, &network, why);
	if (error == 0)
		error = reload_relays(change, why);
	if (error == 0)
		error = enforce_network_end_doors(
			change->before, change->after, network.router, change->reload->arena, why);
	if (error == 0)
		error = stack_state_write_fixed(folder, state->router, generation, why);
	reload_network_close(&network);
	return error;
}

int reload_take_back(const struct reload_change *change, struct fault *why)
{
	const struct stack_state *state = change->state;
	struct reload_network network = {.reload = change->reload,
		.state = state,
		.before = change->before,
		.after = change->after,
		.arena = change->reload->arena,
		.unsure = true,
		.router = -1};
	scoped(fd) int folder = stack_state_make(state->stack, why);
	int error = folder < 0 ? folder : reload_network_change(&network, why);

	if (error == 0)
		error = stack_state_write_fixed(folder, state->router, state->generation, why);
	reload_network_close(&network);
	return error;
}
