/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/difference.h"
#include "plan/plan.h"
#include "stack/supervised.h"

enum { LONGEST_PLAN = 256 * 1024 * 1024 };

static const struct where nowhere;

static int read_plan(int file, struct arena *arena, const struct plan **plan, struct fault *why)
{
	off_t size = lseek(file, 0, SEEK_END);
	size_t length = 0;

	if (size < 0 || size > LONGEST_PLAN)
		return fault(why, size < 0 ? -errno : -EFBIG, nowhere,
			"supervisor: cannot read the plan");
	char *text = arena_alloc(arena, (size_t)size + 1);
	while (length < (size_t)size) {
		ssize_t got = pread(file, text + length, (size_t)size - length, (off_t)length);

		if (got <= 0)
			return fault(why, got < 0 ? -errno : -EIO, nowhere,
				"supervisor: cannot read the plan");
		length += (size_t)got;
	}
	struct plan *read;
	int error = plan_read_older("the plan", text, length, arena, &read, why);
	*plan = read;
	return error;
}

/* Whose doors, ways out or names are others makes room. */
static void succeed(struct supervisor *supervisor, const struct plan *plan)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct plan_differences differences = plan_compare(supervisor->plan, plan, arena);

	for (uint32_t i = 0; i < STACK_RELAYS; i++) {
		struct supervised_relay *relay = &supervisor->relays[i];
		const char *name = supervisor_name(supervisor, STACK_RELAY(i));

		relay->older = relay->pidfd >= 0;
		/* What kept it from starting may have been the plan before. */
		if (!relay->older) {
			relay->until = supervisor->now;
			relay->tries = 0;
		}
		for (size_t j = 0; relay->older && j < differences.count; j++)
			if (text_equal(differences.list[j].restarts, name)) {
				relay->succeeded = true;
				relay->until = supervisor->now;
			}
	}
}

/* The launcher has seen that services are the same, in the same order. */
static int change(struct supervisor *supervisor, int file, struct fault *why)
{
	struct arena *arena = arena_new();
	const struct plan *plan = NULL;
	int error = read_plan(file, arena, &plan, why);

	if (error == 0 && (!plan || plan->service_count != supervisor->plan->service_count))
		error = fault(why, -EPROTO, nowhere, "supervisor: another plan than announced");
	if (error < 0 || !plan) {
		arena_free(arena);
		return error;
	}
	succeed(supervisor, plan);
	supervisor->plan = plan;
	schedule_plan(supervisor->schedule, plan);
	for (size_t i = 0; i < plan->service_count; i++) {
		/* What is being asked stands in the old plan: it changes nothing, and is asked
		 * anew. */
		if (supervisor->services[i].probe.fd >= 0)
			schedule_probed(supervisor->schedule, i,
				schedule_view(supervisor->schedule, i).state == SCHEDULE_READY,
				supervisor->now);
		stack_probe_end(&supervisor->services[i].probe);
		supervisor->services[i].why = (struct fault){0};
	}
	if (supervisor->plan_arena)
		arena_free(supervisor->plan_arena);
	supervisor->plan_arena = arena;
	supervisor_note("supervisor", "goes on by another plan");
	return 0;
}

void supervisor_planned(struct supervisor *supervisor, const struct stack_answer *answer, int file)
{
	struct stack_news news = {.kind = STACK_NEWS_DONE, .changed = true};
	struct fault why = answer->why;
	int error = answer->code;

	if (error == 0)
		error = change(supervisor, file, &why);
	if (error < 0) {
		why.code = error;
		why.where.file = NULL;
		news = (struct stack_news){.kind = STACK_NEWS_FAILED, .why = why};
	}
	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++) {
		struct supervised_client *client = &supervisor->clients[i];

		if (client->fd < 0 || !client->asked || client->verb != STACK_CONTROL_PLAN)
			continue;
		send(client->fd, &news, sizeof(news), MSG_NOSIGNAL);
		client->done = true;
	}
}
