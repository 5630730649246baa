/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/stop.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "stack/state.h"

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Wait until all of @polled have ended, or the time is over; those that have are closed. */
static void wait_ended(struct pollfd *polled, size_t count, int64_t until)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		left += polled[i].fd >= 0;
	while (left > 0) {
		int64_t rest = until - milliseconds();

		if (rest <= 0 || poll(polled, count, (int)rest) <= 0)
			return;
		for (size_t i = 0; i < count; i++) {
			if (polled[i].fd < 0 || !polled[i].revents)
				continue;
			close(polled[i].fd);
			polled[i].fd = -1;
			left--;
		}
	}
}

void stack_stop(const struct stack_member *const *members, size_t count, int seconds)
{
	scoped(arena) struct arena *arena = arena_new();
	struct pollfd *polled = arena_alloc(arena, (count + 1) * sizeof(*polled));
	size_t open_count = 0;

	for (size_t i = 0; i < count; i++) {
		int pidfd = stack_member_open(members[i]);

		if (pidfd < 0)
			continue;
		pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
		polled[open_count++] = (struct pollfd){.fd = pidfd, .events = POLLIN};
	}
	wait_ended(polled, open_count, milliseconds() + seconds * INT64_C(1000));
	for (size_t i = 0; i < open_count; i++)
		if (polled[i].fd >= 0)
			pidfd_send_signal(polled[i].fd, SIGKILL, NULL, 0);
	wait_ended(polled, open_count, milliseconds() + 2000);
	for (size_t i = 0; i < open_count; i++)
		if (polled[i].fd >= 0)
			close(polled[i].fd);
	/* Only what is our own child; the others have another parent. */
	for (size_t i = 0; i < count; i++)
		waitpid(members[i]->pid, NULL, WNOHANG);
}

void stack_stop_members(const struct stack_state *state, int seconds)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct stack_member *gateway = &state->gateway;
	const struct stack_member **services =
		arena_alloc(arena, (state->service_count + 1) * sizeof(*services));

	for (size_t i = 0; i < state->service_count; i++)
		services[i] = &state->services[i];
	stack_stop(services, state->service_count, seconds);
	if (gateway->pid)
		stack_stop(&gateway, 1, 1);
}
