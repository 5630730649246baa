/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up_undo.h"

#include "base/arena.h"
#include "base/fault.h"
#include "plan/plan.h"
#include "stack/down.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/up.h"

static const struct where nowhere;

static bool ran_before(const struct up_work *work, const struct stack_member *member)
{
	const struct stack_member *before = stack_state_service(work->state, member->name);

	return before && before->pid == member->pid && before->start == member->start;
}

void up_undo(struct up_work *work)
{
	const char *stack = work->up->plan->stack;
	const struct stack_member **members;
	struct stack_state *state;
	size_t count = 0;

	if (!work->state) {
		stack_clear(stack, NULL);
		return;
	}
	/* A supervisor that serves has given up by itself what it was asked for. */
	if (stack_state_read(stack, work->arena, &state, NULL) < 0 ||
		stack_member_alive(&state->supervisor))
		return;
	members = arena_alloc(work->arena, (state->service_count + 1) * sizeof(void *));
	for (size_t i = 0; i < state->service_count; i++)
		if (!ran_before(work, &state->services[i]))
			members[count++] = &state->services[i];
	stack_stop(state->plan, members, count);
}

/* In a guard, when `up` was killed: what it had begun is undone just the same. */
static void undo_killed(void *context)
{
	struct up_work *work = context;
	struct stack_state *state;

	/* Its launcher ends with it; until it has, its supervisor is not one that serves. */
	if (work->state && stack_state_read(work->up->plan->stack, work->arena, &state, NULL) == 0)
		stack_dismiss(state);
	up_undo(work);
	stack_unlock_unused(work->up->plan->stack);
}

static void unlock_killed(void *context)
{
	const struct up_work *work = context;

	stack_unlock_unused(work->up->plan->stack);
}

/* Another guard, since what is to be undone is known only now. */
static int guard_anew(struct up_work *work, void (*tidy)(void *context), struct fault *why)
{
	struct guard fresh;
	int error = guard_begin(&fresh, work->lock, tidy, work);

	guard_end(&work->guard);
	work->guard = fresh;
	return error < 0 ? fault(why, error, nowhere, "cannot fork what tidies up after `up`") : 0;
}

int up_guard_lock(struct up_work *work, struct fault *why)
{
	return guard_anew(work, unlock_killed, why);
}

int up_guard_all(struct up_work *work, struct fault *why)
{
	return guard_anew(work, undo_killed, why);
}
