/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/wait.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/member.h"
#include "stack/phase.h"
#include "stack/ready.h"
#include "stack/state.h"
#include "stack/up.h"

/* Milliseconds between two looks: more and more, since each walks the kernel's tables. */
enum { FIRST_PAUSE = 5, LONGEST_PAUSE = 100 };

struct wait {
	struct stack_up *up;
	const struct stack_state *state; /* as it is after the start */
	struct arena *arena;
	const bool *started;
	bool *ready;
	const struct plan_service *waiting; /* the last one that is not ready, and why */
	struct fault missing;
};

/* Not of the day: that clock may be set meanwhile. */
static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int ended(struct wait *wait, const struct plan_service *service, struct fault *why)
{
	const char *how = stack_exit_read(wait->state->folder, service->name, wait->arena);

	wait->up->failed = service->name;
	/* Its own exit status says it: no errno would help. */
	fault(why, 0, service->where, "service '%s' ended%s%s", service->name, how ? ": " : "",
		how ? how : " before it was ready");
	if (text_equal(how, "exit 0"))
		fault_hint(why, "keep it in the foreground: `daemonize no` of redis, `daemon off;` "
				"of nginx, -F of php-fpm");
	return -ESRCH;
}

/* What it may do only until now ends.  Who has ended meanwhile is seen at the next look. */
static int end_phase(
	const struct plan_service *service, const struct stack_member *member, struct fault *why)
{
	scoped(fd) int pidfd = stack_member_open(member);
	return pidfd < 0 ? 0 : stack_phase_end(service, pidfd, why);
}

/* One look at all of them.  The number that are not ready yet, or negative. */
static int look(struct wait *wait, struct fault *why)
{
	const struct plan *plan = wait->up->plan;
	int left = 0;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		const struct stack_member *member =
			wait->started[i] ? stack_state_service(wait->state, service->name) : NULL;
		struct fault missing = {0};

		if (!member)
			continue;
		/* Also those that were ready once: nobody is up who has ended since. */
		if (!stack_member_alive(member))
			return ended(wait, service, why);
		if (wait->ready[i])
			continue;
		wait->ready[i] = stack_ready(wait->state, service, member->pid, &missing);
		if (!wait->ready[i]) {
			wait->waiting = service;
			wait->missing = missing;
			left++;
			continue;
		}
		int error = end_phase(service, member, why);
		if (error < 0) {
			wait->up->failed = service->name;
			return error;
		}
		if (wait->up->say)
			wait->up->say(wait->up->context, service->name,
				service->listen_count > 0 ? "ready" : "running");
	}
	return left;
}

/* Sleeps through signals that ask us to give up; returns whether one came. */
static bool interrupted(int pause)
{
	const struct timespec moment = {.tv_nsec = pause * 1000L * 1000};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return sigtimedwait(&set, NULL, &moment) > 0;
}

static int give_up(struct wait *wait, bool told, struct fault *why)
{
	const struct plan_service *service = wait->waiting;

	if (told) {
		fault(why, 0, service->where, "told to give up while '%s' was not ready",
			service->name);
		return -EINTR;
	}
	wait->up->failed = service->name;
	fault(why, 0, wait->missing.where, "service '%s' is not ready after %u s: %s",
		service->name, wait->up->within, wait->missing.text);
	if (wait->missing.hint[0])
		fault_hint(why, "%s", wait->missing.hint);
	return -ETIMEDOUT;
}

int stack_wait(struct stack_up *up, const bool *started, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct wait wait = {.up = up, .started = started};
	time_t until = seconds() + (time_t)up->within;
	struct stack_state *state;
	int pause = FIRST_PAUSE;
	int left = stack_state_read(up->plan->stack, arena, &state, why);

	if (left < 0)
		return left;
	wait.state = state;
	wait.ready = arena_alloc(arena, (up->plan->service_count + 1) * sizeof(bool));
	for (;;) {
		/* Tables of sockets are read again and again: not into memory that only grows. */
		scoped(arena) struct arena *once = arena_new();

		wait.arena = once;
		left = look(&wait, why);
		if (left <= 0)
			return left;
		bool told = interrupted(pause);
		pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
		if (told || seconds() >= until)
			return give_up(&wait, told, why);
	}
}
