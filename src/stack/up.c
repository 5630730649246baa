/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/downer.h"
#include "stack/folders.h"
#include "stack/log.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/supervisor.h"
#include "stack/wait.h"

/* One `up` at work. */
struct work {
	struct stack_up *up;
	struct arena *arena;
	int folder;
	bool fresh;   /* nothing of the stack ran before */
	bool *wanted; /* by index in the plan: to be started now */
	size_t wanted_count;
	sigset_t before; /* the caller's signal mask, for the child */
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
	scoped(memory) char *text = plan_write(work->up->plan);

	if (text_equal(text, state->plan_text))
		return 0;
	fault_of(why, FAULT_USAGE, 0, work->up->plan->where, "stack '%s' is up with another plan",
		state->stack);
	fault_hint(why, "take it down first: bulkhead down %s", state->stack);
	return -EEXIST;
}

static bool anything_alive(const struct stack_state *state)
{
	bool alive = stack_member_alive(&state->supervisor) || stack_member_alive(&state->gateway);

	for (size_t i = 0; i < state->service_count; i++)
		alive = alive || stack_member_alive(&state->services[i]);
	return alive;
}

/* Find out what runs; sweep away what a crash or a reboot of ours left. */
static int find_running(struct work *work, struct stack_state **state, struct fault *why)
{
	const char *stack = work->up->plan->stack;
	int error = stack_state_read(stack, work->arena, state, NULL);

	if (error == 0 && anything_alive(*state))
		return compare_plan(work, *state, why);
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
		if (!plan_service(plan, work->up->services[i])) {
			fault_of(why, FAULT_USAGE, 0, nowhere, "stack '%s' has no service '%s'",
				plan->stack, work->up->services[i]);
			return -ENOENT;
		}
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct stack_member *member =
			state ? stack_state_service(state, plan->services[i].name) : NULL;
		bool named = work->up->service_count == 0;

		for (size_t j = 0; j < work->up->service_count; j++)
			named = named || text_equal(work->up->services[j], plan->services[i].name);
		work->wanted[i] = named && !(member && stack_member_alive(member));
		work->wanted_count += work->wanted[i];
	}
	return 0;
}

static void become_supervisor(struct work *work, int news)
{
	struct fault why = {0};
	int log = stack_log_supervisor(work->up->plan->stack, &why);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	sigprocmask(SIG_SETMASK, &work->before, NULL);
	if (log >= 0 && null >= 0 && dup2(null, 0) == 0 && dup2(log, 1) == 1 && dup2(log, 2) == 2)
		_exit(stack_supervise(work->up, work->wanted, work->folder, news));
	_exit(4);
}

/* Read what the supervisor tells until it has launched all, or failed. */
static int listen_to(struct work *work, int news, struct fault *why)
{
	struct stack_news item;
	size_t length = 0;

	for (;;) {
		ssize_t got = read(news, (char *)&item + length, sizeof(item) - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fault(why, -ECHILD, nowhere,
				"the supervisor died while it launched stack '%s'; its log is "
				"%s/%s/supervisor.log",
				work->up->plan->stack, STACK_LOG_FOLDER, work->up->plan->stack);
		length += (size_t)got;
		if (length < sizeof(item))
			continue;
		length = 0;
		if (item.kind == STACK_NEWS_DONE)
			return 0;
		if (item.kind == STACK_NEWS_STARTED) {
			say(work, arena_text(work->arena, item.service), "started");
			continue;
		}
		item.why.where.file = item.file[0] ? arena_text(work->arena, item.file) : NULL;
		if (why)
			*why = item.why;
		return item.why.code < 0 ? item.why.code : -EIO;
	}
}

static int launch(struct work *work, int lock, struct fault *why)
{
	int pipes[2], error;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int news = pipes[0];
	child = fork();
	if (child == 0) {
		/* The lock is held by whoever has the descriptor: not for as long as we run. */
		close(lock);
		close(news);
		become_supervisor(work, pipes[1]);
	}
	close(pipes[1]);
	if (child < 0)
		return fault(why, -errno, nowhere, "cannot fork the supervisor");
	error = listen_to(work, news, why);
	return error;
}

/* Undo what was started here, and only that. */
static void give_up(struct work *work, const bool *started)
{
	const struct plan *plan = work->up->plan;
	struct stack_state *state;
	const struct stack_member **members;
	size_t count = 0;

	say(work, NULL, "stopping what was started");
	if (work->fresh) {
		if (stack_clear(plan->stack, NULL) == 0)
			stack_unlock_remove(plan->stack);
		return;
	}
	if (stack_state_read(plan->stack, work->arena, &state, NULL) < 0)
		return;
	members = arena_alloc(work->arena, (plan->service_count + 1) * sizeof(*members));
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct stack_member *member =
			stack_state_service(state, plan->services[i].name);

		if (started[i] && member)
			members[count++] = member;
	}
	stack_stop(members, count, STACK_STOP_SECONDS);
}

static int bring_up(struct work *work, int lock, struct fault *why)
{
	const struct plan *plan = work->up->plan;
	struct stack_state *state = NULL;
	bool *started;
	int error = find_running(work, &state, why);

	if (error == 0)
		error = choose(work, state, why);
	if (error < 0)
		return error;
	if (work->wanted_count == 0 && state && stack_member_alive(&state->supervisor) &&
		(plan->publish_count == 0 || stack_member_alive(&state->gateway)))
		return 0;
	started = arena_alloc(work->arena, (plan->service_count + 1) * sizeof(bool));
	memcpy(started, work->wanted, plan->service_count * sizeof(bool));
	error = prepare(work, why);
	if (error == 0) {
		if (state)
			stack_dismiss(&state->supervisor);
		error = launch(work, lock, why);
	}
	if (error == 0)
		error = stack_wait(work->up, started, why);
	if (error < 0)
		give_up(work, started);
	return error;
}

int stack_up(struct stack_up *up, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct work work = {.up = up, .arena = arena, .folder = -1};
	scoped(fd) int lock = stack_lock(up->plan->stack, why);
	struct fault lasting = {0};
	sigset_t set;
	int error;

	if (lock < 0)
		return lock;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &work.before);
	error = bring_up(&work, lock, &lasting);
	sigprocmask(SIG_SETMASK, &work.before, NULL);
	if (work.folder >= 0)
		close(work.folder);
	if (error < 0 && why)
		*why = lasting;
	return error;
}
