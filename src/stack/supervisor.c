/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/supervisor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "gateway/gateway.h"
#include "plan/plan.h"
#include "stack/supervised.h"

static struct supervisor *begin(const struct stack_supervise *supervise, struct arena *arena)
{
	struct supervisor *supervisor = arena_alloc(arena, sizeof(*supervisor));
	size_t count = supervise->plan->service_count;

	*supervisor = (struct supervisor){
		.plan = supervise->plan,
		.arena = arena,
		.schedule = schedule_new(supervise->plan, arena),
		.channel = supervise->channel,
		.control = supervise->control,
		.services = arena_alloc(arena, (count + 1) * sizeof(struct supervised)),
		.relays = {[GATEWAY_DOORS] = {.wanted = supervise->plan->publish_count > 0,
				   .pidfd = -1},
			[GATEWAY_OUTLET] = {.wanted = plan_leaves(supervise->plan), .pidfd = -1},
			[GATEWAY_RESOLVER] = {.wanted = supervise->plan->network.resolver_id != 0,
				.pidfd = -1}},
		.now = clock_milliseconds(),
	};
	for (size_t i = 0; i < count; i++)
		supervisor->services[i] =
			(struct supervised){.pidfd = -1, .record = -1, .probe = {.fd = -1}};
	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++)
		supervisor->clients[i].fd = -1;
	return supervisor;
}

/* What is waited for: in this order, so that an answer finds its owner. */
struct waits {
	struct pollfd *list;
	size_t count;
};

static void wait_for(struct waits *waits, int fd, short events)
{
	waits->list[waits->count++] = (struct pollfd){.fd = fd, .events = events};
}

static void list(const struct supervisor *supervisor, struct waits *waits)
{
	waits->count = 0;
	wait_for(waits, supervisor->channel, POLLIN);
	wait_for(waits, supervisor->control, POLLIN);
	for (size_t i = 0; i < STACK_RELAYS; i++)
		wait_for(waits, supervisor->relays[i].pidfd, POLLIN);
	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++) {
		const struct supervised_client *client = &supervisor->clients[i];

		/* Who has ended its side is not asked again: it would be ready for ever. */
		wait_for(waits, client->leaving ? -1 : client->fd, POLLIN);
	}
	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		wait_for(waits, supervisor->services[i].pidfd, POLLIN);
		wait_for(waits, supervisor->services[i].probe.fd,
			supervisor->services[i].probe.events);
	}
}

static bool take_answers(struct supervisor *supervisor)
{
	struct stack_answer answer;
	int fds[STACK_ANSWER_FDS];

	if (stack_channel_heard(supervisor->channel, &answer, fds) != 1)
		return false;
	supervisor_heard(supervisor, &answer, fds);
	return true;
}

static bool ready(const struct waits *waits, size_t index)
{
	return waits->list[index].fd >= 0 && waits->list[index].revents;
}

/* False: the launcher is gone. */
static bool take(struct supervisor *supervisor, const struct waits *waits)
{
	size_t at = 0;

	if (ready(waits, at++) && !take_answers(supervisor))
		return false;
	if (ready(waits, at++))
		supervisor_accept(supervisor);
	for (uint32_t i = 0; i < STACK_RELAYS; i++, at++)
		/* An answer may have put another one in its place just now. */
		if (ready(waits, at) && waits->list[at].fd == supervisor->relays[i].pidfd)
			supervisor_ended(supervisor, STACK_RELAY(i));
	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++)
		if (ready(waits, at++) && supervisor->clients[i].fd >= 0)
			supervisor_client(supervisor, &supervisor->clients[i]);
	for (size_t i = 0; i < supervisor->plan->service_count; i++, at += 2) {
		const struct supervised *service = &supervisor->services[i];

		if (ready(waits, at) && service->pidfd >= 0)
			supervisor_ended(supervisor, (uint32_t)i);
		else if (service->probe.fd >= 0 &&
			 (ready(waits, at + 1) || service->probe.until <= supervisor->now))
			supervisor_probed(supervisor, (uint32_t)i);
	}
	return true;
}

static int pause_until(const struct supervisor *supervisor, int64_t next)
{
	int64_t left = next - supervisor->now;

	if (next == INT64_MAX)
		return -1;
	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void loop(struct supervisor *supervisor, struct waits *waits)
{
	for (;;) {
		supervisor->now = clock_milliseconds();
		int64_t next = supervisor_act(supervisor), tell = supervisor_tell(supervisor);

		supervisor_send(supervisor);
		list(supervisor, waits);
		int got = poll(waits->list, waits->count,
			pause_until(supervisor, next < tell ? next : tell));
		if (got < 0 && errno != EINTR)
			return;
		supervisor->now = clock_milliseconds();
		if (got >= 0 && !take(supervisor, waits))
			return;
	}
}

void stack_supervise(const struct stack_supervise *supervise)
{
	struct arena *arena = arena_new();
	struct supervisor *supervisor = begin(supervise, arena);
	struct waits waits = {
		.list = arena_alloc(arena, (2 + STACK_RELAYS + SUPERVISED_CLIENTS +
						   2 * supervise->plan->service_count) *
						   sizeof(struct pollfd))};

	if (supervisor_adopt(supervisor) == 0) {
		supervisor_note("supervisor", "watching");
		loop(supervisor, &waits);
	}
	supervisor_note("supervisor", "ends, as the launcher is gone");
	_exit(0);
}
