/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/stop.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/state.h"

enum { KILL_MILLISECONDS = 2000, GATEWAY_SECONDS = 1 };

/* One process to be stopped. */
struct victim {
	const struct stack_member *member;
	int pidfd; /* -1: it has ended */
	bool told, killed;
	int64_t until; /* when told: patience ends */
};

struct stop {
	const struct plan *plan;
	struct victim *victims;
	struct pollfd *polled;
	size_t count;
};

static bool needs(const struct plan *plan, const char *from, const char *to)
{
	const struct plan_service *service = plan_service(plan, from);

	for (size_t i = 0; i < plan->edge_count; i++)
		if (text_equal(plan->edges[i].from, from) && text_equal(plan->edges[i].to, to))
			return true;
	for (size_t i = 0; service && i < service->life.dependency_count; i++)
		if (text_equal(service->life.dependencies[i].service, to))
			return true;
	return false;
}

/* Does somebody who has not ended yet use it? */
static bool wanted(const struct stop *stop, const struct victim *victim)
{
	for (size_t i = 0; i < stop->count; i++) {
		const struct victim *other = &stop->victims[i];

		if (other != victim && other->pidfd >= 0 &&
			needs(stop->plan, other->member->name, victim->member->name))
			return true;
	}
	return false;
}

static void tell(const struct stop *stop, struct victim *victim)
{
	const struct plan_service *service = plan_service(stop->plan, victim->member->name);
	int64_t seconds = service ? service->life.stop_seconds : GATEWAY_SECONDS;

	victim->told = true;
	victim->until = clock_milliseconds() + seconds * 1000;
	pidfd_send_signal(
		victim->pidfd, service ? (int)service->life.stop_signal : SIGTERM, NULL, 0);
}

/* Tell those whose users have ended; all, when they use each other in a circle. */
static void tell_next(struct stop *stop)
{
	bool waiting = false;

	for (size_t i = 0; i < stop->count; i++) {
		struct victim *victim = &stop->victims[i];

		if (victim->pidfd >= 0 && !victim->told && !wanted(stop, victim))
			tell(stop, victim);
		waiting = waiting || (victim->pidfd >= 0 && victim->told);
	}
	for (size_t i = 0; !waiting && i < stop->count; i++)
		if (stop->victims[i].pidfd >= 0)
			tell(stop, &stop->victims[i]);
}

static void forget(struct victim *victim)
{
	close(victim->pidfd);
	victim->pidfd = -1;
}

/* Whoever does not listen is killed; what even then stays is left to its cgroup. */
static void lose_patience(struct victim *victim, int64_t now)
{
	if (victim->pidfd < 0 || !victim->told || now < victim->until)
		return;
	if (victim->killed) {
		forget(victim);
		return;
	}
	victim->killed = true;
	victim->until = now + KILL_MILLISECONDS;
	pidfd_send_signal(victim->pidfd, SIGKILL, NULL, 0);
}

/* Wait until one of them ends, or the patience with one does.  False: none is left. */
static bool wait_one(struct stop *stop)
{
	int64_t now = clock_milliseconds(), first = INT64_MAX;

	for (size_t i = 0; i < stop->count; i++) {
		const struct victim *victim = &stop->victims[i];

		stop->polled[i] = (struct pollfd){.fd = victim->pidfd, .events = POLLIN};
		if (victim->pidfd >= 0 && victim->told && victim->until < first)
			first = victim->until;
	}
	if (first == INT64_MAX)
		return false;
	if (poll(stop->polled, stop->count, first > now ? (int)(first - now) : 0) > 0)
		for (size_t i = 0; i < stop->count; i++)
			if (stop->victims[i].pidfd >= 0 && stop->polled[i].revents)
				forget(&stop->victims[i]);
	now = clock_milliseconds();
	for (size_t i = 0; i < stop->count; i++)
		lose_patience(&stop->victims[i], now);
	return true;
}

void stack_stop(const struct plan *plan, const struct stack_member *const *members, size_t count)
{
	scoped(arena) struct arena *arena = arena_new();
	struct stop stop = {.plan = plan,
		.victims = arena_alloc(arena, (count + 1) * sizeof(struct victim)),
		.polled = arena_alloc(arena, (count + 1) * sizeof(struct pollfd)),
		.count = count};

	for (size_t i = 0; i < count; i++) {
		int pidfd = stack_member_open(members[i]);

		stop.victims[i] =
			(struct victim){.member = members[i], .pidfd = pidfd < 0 ? -1 : pidfd};
	}
	do
		tell_next(&stop);
	while (wait_one(&stop));
	/* Only what is our own child; the others have another parent. */
	for (size_t i = 0; i < count; i++)
		waitpid(members[i]->pid, NULL, WNOHANG);
}

void stack_stop_members(const struct stack_state *state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct stack_member *gateway = &state->gateway, *outlet = &state->outlet;
	const struct stack_member *resolver = &state->resolver;
	const struct stack_member **services =
		arena_alloc(arena, (state->service_count + 1) * sizeof(void *));

	for (size_t i = 0; i < state->service_count; i++)
		services[i] = &state->services[i];
	stack_stop(state->plan, services, state->service_count);
	if (gateway->pid)
		stack_stop(state->plan, &gateway, 1);
	if (outlet->pid)
		stack_stop(state->plan, &outlet, 1);
	if (resolver->pid)
		stack_stop(state->plan, &resolver, 1);
}
