/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/guard.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/down.h"
#include "stack/folders.h"
#include "stack/log.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/up_step.h"
#include "stack/wait.h"

/* One `up` at work. */
struct work {
	struct stack_up *up;
	struct arena *arena;
	int folder, lock;
	struct guard guard;
	bool fresh;   /* nothing of the stack ran before */
	bool *wanted; /* by index in the plan: to be started now */
	size_t wanted_count;
	sigset_t before; /* the caller's signal mask */
};

static const struct where nowhere;

static void say(struct work *work, const char *service, const char *text)
{
	if (work->up->say)
		work->up->say(work->up->context, service, text);
}

/* The same plan goes on; another one would leave services confined by lines that are gone. */
static int compare_plan(struct work *work, const struct stack_state *state, struct fault *why)
{
	if (plan_same(work->up->plan, state->plan))
		return 0;
	fault_of(why, FAULT_USAGE, 0, work->up->plan->where, "stack '%s' is up with another plan",
		state->stack);
	fault_hint(why, "take it down first: bulkhead down %s", state->stack);
	return -EEXIST;
}

static bool anything_alive(const struct stack_state *state)
{
	bool alive = stack_member_alive(&state->supervisor) ||
		     stack_member_alive(&state->gateway) || stack_member_alive(&state->outlet);

	for (size_t i = 0; i < state->service_count; i++)
		alive = alive || stack_member_alive(&state->services[i]);
	return alive;
}

/* Find out what runs; sweep away what a crash or a reboot of ours left. */
static int find_running(struct work *work, struct stack_state **state, struct fault *why)
{
	const char *stack = work->up->plan->stack;
	struct fault unread = {0};
	int error = stack_state_read(stack, work->arena, state, &unread);

	if (error == 0 && anything_alive(*state))
		return compare_plan(work, *state, why);
	/* What another version runs is not what a crash left. */
	if (unread.kind == FAULT_UNSUPPORTED) {
		fault_hint(&unread, "take it down first: bulkhead down %s", stack);
		if (why)
			*why = unread;
		return error;
	}
	work->fresh = true;
	*state = NULL;
	return stack_clear(stack, why);
}

static int prepare(struct work *work, struct fault *why)
{
	const struct plan *plan = work->up->plan;
	int error;

	work->folder = stack_state_make(plan->stack, why);
	if (work->folder < 0)
		return work->folder;
	error = stack_state_write_plan(work->folder, plan, why);
	if (error == 0 && work->fresh)
		error = stack_state_write_router(work->folder, 0, why);
	if (error == 0)
		error = stack_sockets_mount(plan,
			arena_printf(work->arena, "%s/%s", STACK_RUN_FOLDER, plan->stack), why);
	return error;
}

static int choose(struct work *work, const struct stack_state *state, struct fault *why)
{
	const struct plan *plan = work->up->plan;

	work->wanted = arena_alloc(work->arena, (plan->service_count + 1) * sizeof(bool));
	for (size_t i = 0; i < work->up->service_count; i++)
		if (!plan_service_named(plan, work->up->services[i]))
			return plan_no_service(plan, work->up->services[i], why);
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct stack_member *member =
			state ? stack_state_service(state, plan->services[i].name) : NULL;
		bool named = work->up->service_count == 0;

		for (size_t j = 0; j < work->up->service_count; j++)
			named = named ||
				plan_service_called(&plan->services[i], work->up->services[j]);
		work->wanted[i] = named && !(member && stack_member_alive(member));
		work->wanted_count += work->wanted[i];
	}
	return 0;
}

/* Undo what was started here, and only that. */
static void give_up(struct work *work)
{
	const struct plan *plan = work->up->plan;
	struct stack_state *state;
	const struct stack_member **members;
	size_t count = 0;

	if (work->fresh) {
		stack_clear(plan->stack, NULL);
		return;
	}
	if (stack_state_read(plan->stack, work->arena, &state, NULL) < 0)
		return;
	members = arena_alloc(work->arena, (plan->service_count + 1) * sizeof(void *));
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct stack_member *member =
			stack_state_service(state, plan->services[i].name);

		if (work->wanted[i] && member)
			members[count++] = member;
	}
	stack_stop(members, count, STACK_STOP_SECONDS);
}

/* In a guard, when `up` was killed: what it had begun is undone just the same. */
static void undo_killed(void *context)
{
	struct work *work = context;

	give_up(work);
	stack_unlock_unused(work->up->plan->stack);
}

static void unlock_killed(void *context)
{
	const struct work *work = context;

	stack_unlock_unused(work->up->plan->stack);
}

/* Another guard, since what is to be undone is known only now. */
static int guard_anew(struct work *work, void (*tidy)(void *context), struct fault *why)
{
	struct guard fresh;
	int error = guard_begin(&fresh, work->lock, tidy, work);

	guard_end(&work->guard);
	work->guard = fresh;
	return error < 0 ? fault(why, error, nowhere, "cannot fork what tidies up after `up`") : 0;
}

/* By index in the plan: where the logs end before anything is started. */
static const struct stack_log_mark *mark_logs(const struct work *work)
{
	const struct plan *plan = work->up->plan;
	struct stack_log_mark *marks =
		arena_alloc(work->arena, (plan->service_count + 1) * sizeof(*marks));

	for (size_t i = 0; i < plan->service_count; i++)
		if (work->wanted[i])
			marks[i] = stack_log_end(plan->stack, plan->services[i].name);
	return marks;
}

static int start_wanted(struct work *work, struct stack_state *state, struct fault *why)
{
	const struct stack_begin begin = {.up = work->up,
		.arena = work->arena,
		.wanted = work->wanted,
		.folder = work->folder,
		.lock = work->lock,
		.guard = work->guard.pipe,
		.before = work->before};
	const struct stack_log_mark *marks = mark_logs(work);
	int error;

	if (state)
		stack_dismiss(&state->supervisor);
	error = stack_begin(&begin, why);
	stack_up_step(work->up, STACK_UP_WAITING);
	if (error == 0)
		error = stack_wait(work->up, work->wanted, why);
	for (size_t i = 0; work->up->failed && i < work->up->plan->service_count; i++)
		if (text_equal(work->up->plan->services[i].name, work->up->failed))
			work->up->failed_log = marks[i];
	return error;
}

static bool nothing_to_do(const struct work *work, const struct stack_state *state)
{
	return work->wanted_count == 0 && state && stack_member_alive(&state->supervisor) &&
	       (work->up->plan->publish_count == 0 || stack_member_alive(&state->gateway)) &&
	       (work->up->plan->host_edge_count == 0 || stack_member_alive(&state->outlet));
}

static int bring_up(struct work *work, struct fault *why)
{
	struct stack_state *state = NULL;
	int error = guard_anew(work, unlock_killed, why);

	stack_up_step(work->up, STACK_UP_LOCKED);
	if (error == 0)
		error = find_running(work, &state, why);
	if (error == 0)
		error = choose(work, state, why);
	work->up->was_up = error == 0 && nothing_to_do(work, state);
	if (error < 0 || work->up->was_up)
		return error;
	error = guard_anew(work, undo_killed, why);
	stack_up_step(work->up, STACK_UP_CLEARED);
	if (error == 0)
		error = prepare(work, why);
	stack_up_step(work->up, STACK_UP_PREPARED);
	if (error == 0)
		error = start_wanted(work, state, why);
	if (error < 0) {
		say(work, NULL, "stopping what was started");
		give_up(work);
	}
	return error;
}

int stack_up(struct stack_up *up, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct work work = {.up = up, .arena = arena, .folder = -1, .guard = GUARD_NONE};
	scoped(fd) int lock = stack_lock(up->plan->stack, up->say, up->context, why);
	struct fault lasting = {0};
	sigset_t set;
	int error;

	if (lock < 0)
		return lock;
	work.lock = lock;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &work.before);
	error = bring_up(&work, &lasting);
	stack_unlock_unused(up->plan->stack);
	guard_end(&work.guard);
	/* Asked once more while it was giving up: it still has to say why. */
	while (error < 0 && sigtimedwait(&set, NULL, &(struct timespec){0}) > 0)
		;
	sigprocmask(SIG_SETMASK, &work.before, NULL);
	if (work.folder >= 0)
		close(work.folder);
	if (error < 0 && why)
		*why = lasting;
	return error;
}
