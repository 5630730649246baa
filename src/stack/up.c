/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/guard.h"
#include "base/scoped.h"
#include "base/signals.h"
#include "base/text.h"
#include "enforce/network_door.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/down.h"
#include "stack/folders.h"
#include "stack/follow.h"
#include "stack/log.h"
#include "stack/reload.h"
#include "stack/state.h"
#include "stack/up_step.h"
#include "stack/up_undo.h"

static void say(struct up_work *work, const char *service, const char *text)
{
	if (work->up->say)
		work->up->say(work->up->context, service, text);
}

/*
 * The same plan goes on.  By another one services would be left that are confined
 * by lines that are gone; but not for that will they stay without a supervisor
 * when bulkhead itself has become another.
 */
static int compare_plan(struct up_work *work, struct fault *why)
{
	const struct stack_state *state = work->state;
	const struct plan *plan = work->up->plan;
	bool older = state->version < STACK_STATE_VERSION;
	bool same_network = plan_same_network(plan, state->plan);

	work->generation = state->generation;
	if (!older && plan_same(plan, state->plan))
		return 0;
	if (same_network && (older || work->up->foreground)) {
		work->another = true;
		return 0;
	}
	if (work->up->foreground && !older) {
		say(work, NULL,
			"goes on by the policy that it was started by: another network takes "
			"`down` and `up`");
		work->up->plan = state->plan;
		return 0;
	}
	fault_of(why, FAULT_USAGE, 0, plan->where, "stack '%s' is up with another plan",
		state->stack);
	if (same_network)
		fault_hint(why,
			"apply it: bulkhead reload; or take it down first: bulkhead down %s",
			state->stack);
	else
		fault_hint(why, "take it down first: bulkhead down %s", state->stack);
	return -EEXIST;
}

static bool anything_alive(const struct stack_state *state)
{
	bool alive = stack_member_alive(&state->launcher) ||
		     stack_member_alive(&state->supervisor) ||
		     stack_member_alive(&state->gateway) || stack_member_alive(&state->outlet) ||
		     stack_member_alive(&state->resolver);

	for (size_t i = 0; i < state->service_count; i++)
		alive = alive || stack_member_alive(&state->services[i]);
	return alive;
}

/* What a reload that was cut off has left. */
static int mend(struct up_work *work, struct fault *why)
{
	struct stack_reload mending = {
		.arena = work->arena, .say = work->up->say, .context = work->up->context};

	if (!work->state->changing)
		return 0;
	int error = stack_reload_mend(&mending, work->state, why);
	return error < 0 ? error
			 : stack_state_read(work->state->stack, work->arena, &work->state, why);
}

/* Find out what runs; sweep away what a crash or a reboot of ours left. */
static int find_running(struct up_work *work, struct fault *why)
{
	const char *stack = work->up->plan->stack;
	struct fault unread = {0};
	int error = stack_state_read(stack, work->arena, &work->state, &unread);

	if (error == 0 && anything_alive(work->state)) {
		error = mend(work, why);
		return error < 0 ? error : compare_plan(work, why);
	}
	/* What another version runs is not what a crash left. */
	if (unread.kind == FAULT_UNSUPPORTED) {
		fault_hint(&unread, "take it down first: bulkhead down %s", stack);
		if (why)
			*why = unread;
		return error;
	}
	work->state = NULL;
	work->another = true;
	work->generation = 1;
	return stack_clear(stack, why);
}

static int write_plan(struct up_work *work, struct fault *why)
{
	const struct stack_state *state = work->state;
	int error = 0;

	if (state && state->version < STACK_STATE_VERSION)
		error = stack_state_renew(work->folder, state, why);
	if (state)
		work->generation = stack_state_next(work->folder, state->generation);
	if (error == 0)
		error = stack_state_write_plan(work->folder, work->up->plan, work->generation, why);
	if (error == 0)
		error = stack_state_write_fixed(
			work->folder, state ? state->router : 0, work->generation, why);
	return error;
}

static int prepare(struct up_work *work, struct fault *why)
{
	const struct plan *plan = work->up->plan;
	int error = 0;

	work->folder = stack_state_make(plan->stack, why);
	if (work->folder < 0)
		return work->folder;
	/* Who goes on by an older state would overwrite what is made of it here. */
	if (work->state)
		stack_dismiss(work->state);
	if (work->another)
		error = write_plan(work, why);
	if (error == 0)
		error = stack_sockets_mount(plan,
			arena_printf(work->arena, "%s/%s", STACK_RUN_FOLDER, plan->stack), why);
	return error;
}

static int check_names(const struct up_work *work, struct fault *why)
{
	const struct plan *plan = work->up->plan;

	for (size_t i = 0; i < work->up->service_count; i++)
		if (!plan_service_named(plan, work->up->services[i]))
			return plan_no_service(plan, work->up->services[i], why);
	return 0;
}

/* By index in the plan: where the logs end before anything is started. */
static const struct stack_log_mark *mark_logs(const struct up_work *work)
{
	const struct plan *plan = work->up->plan;
	struct stack_log_mark *marks =
		arena_alloc(work->arena, (plan->service_count + 1) * sizeof(*marks));

	for (size_t i = 0; i < plan->service_count; i++)
		marks[i] = stack_log_end(plan->stack, plan->services[i].name);
	return marks;
}

/* Ask the supervisor, old or new, for what is wanted. */
static int ask(struct up_work *work, struct fault *why)
{
	struct stack_up *up = work->up;
	const struct stack_log_mark *marks = mark_logs(work);
	struct stack_follow follow = {.stack = up->plan->stack,
		.plan = up->plan,
		.verb = STACK_CONTROL_UP,
		.within = up->within,
		.begun = up->launcher != 0,
		.services = up->services,
		.service_count = up->service_count,
		.arena = work->arena,
		.say = up->say,
		.context = up->context};

	stack_up_step(up, STACK_UP_WAITING);
	int error = stack_follow(&follow, why);
	stack_up_step(up, STACK_UP_READY);
	up->was_up = error == 0 && !follow.changed && !up->launcher;
	up->failed = follow.failed;
	for (size_t i = 0; up->failed && i < up->plan->service_count; i++)
		if (text_equal(up->plan->services[i].name, up->failed))
			up->failed_log = marks[i];
	return error;
}

static int begin(struct up_work *work, struct fault *why)
{
	const struct stack_begin beginning = {.up = work->up,
		.arena = work->arena,
		.state = work->state,
		.generation = work->generation,
		.folder = work->folder,
		.lock = work->lock,
		.guard = work->guard.pipe,
		.before = work->before};
	int launcher = stack_begin(&beginning, why);

	if (launcher < 0)
		return launcher;
	work->up->launcher = launcher;
	return ask(work, why);
}

/* One that serves is asked; what a test leaves out or kills is another's doing. */
static bool has_supervisor(const struct up_work *work)
{
	const struct stack_up *up = work->up;

	return work->state && !work->another && !up->foreground && !up->without &&
	       !up->kill_after && stack_member_alive(&work->state->launcher) &&
	       stack_member_alive(&work->state->supervisor);
}

/* Somebody may have flushed the host's rules since.  If they cannot be put back `status` says why:
 * what runs is relayed. */
static void open_door(struct up_work *work)
{
	const struct stack_state *state = work->state;

	if (!state || !state->plan->network.host_link || !stack_member_alive(&state->gateway) ||
		enforce_network_door_verify(state->plan, NULL) == 0)
		return;
	scoped(fd) int router = stack_state_router(state);
	struct fault why = {0};
	if (router >= 0 && enforce_network_door(state->plan, router, &why) == 0)
		say(work, "gateway", "its door is put right");
	else
		say(work, "gateway", arena_printf(work->arena, "relays: %s", why.text));
}

static int bring_up(struct up_work *work, struct fault *why)
{
	int error = up_guard_lock(work, why);

	stack_up_step(work->up, STACK_UP_LOCKED);
	if (error == 0)
		error = find_running(work, why);
	if (error == 0)
		error = check_names(work, why);
	if (error < 0)
		return error;
	open_door(work);
	if (has_supervisor(work))
		return ask(work, why);
	error = up_guard_all(work, why);
	stack_up_step(work->up, STACK_UP_CLEARED);
	if (error == 0)
		error = prepare(work, why);
	stack_up_step(work->up, STACK_UP_PREPARED);
	if (error == 0)
		error = begin(work, why);
	if (error < 0) {
		say(work, NULL, "stopping what was started");
		up_undo(work);
	}
	return error;
}

int stack_up(struct stack_up *up, struct fault *why)
{
	struct up_work work = {.up = up, .arena = up->arena, .folder = -1, .guard = GUARD_NONE};
	scoped(fd) int lock = stack_lock(up->plan->stack, up->say, up->context, why);
	struct fault lasting = {0};
	const sigset_t set = signals_to_give_up();
	int error;

	if (lock < 0)
		return lock;
	work.lock = lock;
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
