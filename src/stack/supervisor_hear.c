/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/supervised.h"

enum { END_AGAIN = 20, END_MOMENT = 200 /* ms */ };

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_relay(uint32_t service)
{
	return service != STACK_WHOLE && service >= STACK_RELAY(STACK_RELAYS - 1);
}

static struct supervised_relay *relay_of(struct supervisor *supervisor, uint32_t service)
{
	return &supervisor->relays[STACK_RELAY(0) - service];
}

static void try_later(const struct supervisor *supervisor, struct supervised_relay *relay)
{
	if (relay->since && supervisor->now - relay->since >= SCHEDULE_BACKOFF_LAST)
		relay->tries = 0;
	relay->until = supervisor->now + (relay->tries < 6 ? SCHEDULE_BACKOFF_FIRST << relay->tries
							   : SCHEDULE_BACKOFF_LAST);
	relay->since = 0;
	relay->tries++;
}

/* What its init wrote; without a word of it, it was killed, and the service with it. */
static bool read_end(struct supervised *supervised)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *how = stack_record_end(supervised->record, arena);

	snprintf(supervised->ended, sizeof(supervised->ended), "%s", how ? how : "");
	return text_equal(how, "exit 0");
}

void supervisor_ended(struct supervisor *supervisor, uint32_t service)
{
	const char *name = supervisor_name(supervisor, service);
	char text[64];

	if (is_relay(service)) {
		struct supervised_relay *relay = relay_of(supervisor, service);

		close_one(&relay->pidfd);
		/* It left, and who takes its place is answered for next. */
		if (relay->succeeded && relay->asked)
			return;
		try_later(supervisor, relay);
		if (relay->older)
			relay->until = supervisor->now;
		relay->older = false;
		supervisor_note(name, "ended");
		return;
	}
	struct supervised *supervised = &supervisor->services[service];
	bool success = read_end(supervised);

	close_one(&supervised->pidfd);
	stack_probe_end(&supervised->probe);
	supervised->kill_at = 0;
	schedule_ended(supervisor->schedule, service, success, supervisor->now);
	snprintf(text, sizeof(text), "ended: %s",
		supervised->ended[0] ? supervised->ended : "no record");
	supervisor_note(name, text);
}

static void relay_started(struct supervisor *supervisor, struct supervised_relay *relay,
	const struct stack_answer *answer, int fds[])
{
	relay->asked = false;
	relay->why = answer->why;
	if (answer->code < 0) {
		relay->why.code = answer->code;
		relay->why.where.file =
			answer->file[0] ? arena_text(supervisor->arena, answer->file) : NULL;
		supervisor_note_fault(
			supervisor_name(supervisor, answer->request.service), &relay->why);
		try_later(supervisor, relay);
		return;
	}
	close_one(&relay->pidfd);
	relay->pidfd = fds[0];
	fds[0] = -1;
	relay->since = supervisor->now;
	relay->older = relay->succeeded = false;
}

static void hold(struct supervised *supervised, int fds[])
{
	close_one(&supervised->record);
	supervised->pidfd = fds[0];
	supervised->record = fds[1];
	fds[0] = fds[1] = -1;
	supervised->phase = PHASE_OPEN;
	supervised->end_at = 0;
	supervised->end_tries = 0;
	supervised->why = (struct fault){0};
	supervised->ended[0] = '\0';
}

static void started(struct supervisor *supervisor, const struct stack_answer *answer, int fds[])
{
	uint32_t service = answer->request.service;
	struct supervised *supervised = &supervisor->services[service];
	const char *name = supervisor_name(supervisor, service);

	if (answer->code < 0) {
		supervised->why = answer->why;
		supervised->why.code = answer->code;
		supervised->why.where.file =
			answer->file[0] ? arena_text(supervisor->arena, answer->file) : NULL;
		supervisor_note_fault(name, &supervised->why);
		schedule_start_failed(supervisor->schedule, service);
		return;
	}
	hold(supervised, fds);
	schedule_started(supervisor->schedule, service, supervisor->now);
	supervisor_note(name, "started");
}

/* Who keeps rights that it should have lost does not stay. */
static void phase_ended(struct supervisor *supervisor, const struct stack_answer *answer)
{
	struct supervised *supervised = &supervisor->services[answer->request.service];

	if (answer->code == -EAGAIN) {
		supervised->phase = PHASE_OPEN;
		supervised->end_at = supervisor->now + END_AGAIN;
		supervised->end_tries++;
		return;
	}
	supervised->phase = answer->code == 0 ? PHASE_TOLD : PHASE_ENDED;
	supervised->end_at = supervisor->now + END_MOMENT;
	if (answer->code == 0)
		return;
	supervised->why = answer->why;
	supervised->why.code = answer->code;
	supervised->why.where = supervisor->plan->services[answer->request.service].where;
	supervisor_note_fault(
		supervisor_name(supervisor, answer->request.service), &supervised->why);
	schedule_refuse(supervisor->schedule, answer->request.service);
}

/* Only the texts: what is asked again and again must not fill the arena with names of files. */
static void probe_answered(struct supervisor *supervisor, const struct stack_answer *answer)
{
	struct supervised *supervised = &supervisor->services[answer->request.service];
	struct where where = supervised->why.where;
	uint64_t starts = schedule_view(supervisor->schedule, answer->request.service).starts;

	/* It has ended since, and what is there now was not looked at. */
	if (answer->request.number != (uint32_t)starts)
		return;
	if (answer->code < 0) {
		bool same = text_equal(where.file, answer->file);

		supervised->why = answer->why;
		supervised->why.where.file = !answer->file[0] ? NULL
					     : same           ? where.file
						    : arena_text(supervisor->arena, answer->file);
	}
	supervisor_answer_probe(supervisor, answer->request.service, answer->code == 0);
}

static void dispatch(struct supervisor *supervisor, const struct stack_answer *answer, int fds[])
{
	uint32_t service = answer->request.service;

	switch (answer->request.verb) {
	case STACK_START:
		if (is_relay(service))
			relay_started(supervisor, relay_of(supervisor, service), answer, fds);
		else
			started(supervisor, answer, fds);
		break;
	case STACK_LOOK:
	case STACK_PROBE_READY:
	case STACK_PROBE_HEALTHY:
		probe_answered(supervisor, answer);
		break;
	case STACK_END_PHASE:
		phase_ended(supervisor, answer);
		break;
	case STACK_SETTLE:
		supervisor->settled = true;
		break;
	case STACK_PLAN:
		supervisor_planned(supervisor, answer, fds[0]);
		break;
	default:
		break;
	}
}

void supervisor_heard(
	struct supervisor *supervisor, const struct stack_answer *answer, int fds[STACK_ANSWER_FDS])
{
	uint32_t service = answer->request.service;

	supervisor->outstanding -= supervisor->outstanding > 0;
	if (service >= STACK_RELAY(STACK_RELAYS - 1) || service < supervisor->plan->service_count)
		dispatch(supervisor, answer, fds);
	for (int i = 0; i < STACK_ANSWER_FDS; i++)
		close_one(&fds[i]);
}

static int find(struct supervisor *supervisor, uint32_t service, struct stack_answer *answer,
	int fds[STACK_ANSWER_FDS])
{
	const struct stack_request request = {STACK_FIND, service, 0};

	if (stack_channel_ask(supervisor->channel, &request) < 0 ||
		stack_channel_heard(supervisor->channel, answer, fds) != 1)
		return -1;
	return 0;
}

static void adopt(struct supervisor *supervisor, const struct stack_answer *answer, int fds[])
{
	uint32_t service = answer->request.service;
	struct supervised *supervised = &supervisor->services[service];
	int64_t age = (int64_t)time(NULL) - (int64_t)answer->since;
	int64_t begun = supervisor->now - (age > 0 ? age : 0) * 1000;

	if (!answer->known)
		return;
	if (!answer->alive) {
		fds[1] = fds[0];
		fds[0] = -1;
	}
	hold(supervised, fds);
	if (supervised->pidfd >= 0)
		schedule_adopt(supervisor->schedule, service, begun, supervisor->now);
	else
		schedule_adopt_ended(supervisor->schedule, service, read_end(supervised), begun,
			supervisor->now);
	supervisor_note(supervisor_name(supervisor, service),
		supervised->pidfd >= 0 ? "adopted" : "has ended");
}

int supervisor_adopt(struct supervisor *supervisor)
{
	struct stack_answer answer;
	int fds[STACK_ANSWER_FDS];

	for (uint32_t i = 0; i < STACK_RELAYS; i++) {
		if (find(supervisor, STACK_RELAY(i), &answer, fds) < 0)
			return -1;
		if (fds[0] >= 0)
			relay_started(supervisor, &supervisor->relays[i], &answer, fds);
	}
	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		if (find(supervisor, (uint32_t)i, &answer, fds) < 0)
			return -1;
		adopt(supervisor, &answer, fds);
	}
	return 0;
}
