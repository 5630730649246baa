/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <time.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/supervised.h"

enum { KILL_AGAIN = 2000 /* ms */, END_TRIES = 100 };

static const struct plan_life *life_of(const struct supervisor *supervisor, uint32_t service)
{
	return &supervisor->plan->services[service].life;
}

/* Local time, by the rules that were read before the confinement. */
static int64_t second_of_day(void)
{
	time_t now = time(NULL);
	struct tm broken;

	if (!localtime_r(&now, &broken))
		return 0;
	return (broken.tm_hour * INT64_C(60) + broken.tm_min) * 60 + broken.tm_sec;
}

void supervisor_answer_probe(struct supervisor *supervisor, uint32_t service, bool good)
{
	bool was_ready = schedule_view(supervisor->schedule, service).state == SCHEDULE_READY;

	schedule_probed(supervisor->schedule, service, good, supervisor->now);
	if (!was_ready && good)
		supervisor_note(supervisor_name(supervisor, service), "ready");
	if (was_ready && !good)
		supervisor_note_fault(
			supervisor_name(supervisor, service), &supervisor->services[service].why);
}

static void take_probe(
	struct supervisor *supervisor, uint32_t service, enum stack_probe_answer answer)
{
	struct supervised *supervised = &supervisor->services[service];

	if (answer == STACK_PROBE_PENDING)
		return;
	if (answer == STACK_PROBE_BAD)
		fault(&supervised->why, 0, supervised->probe.question->where, "%s",
			supervised->probe.text);
	supervisor_answer_probe(supervisor, service, answer == STACK_PROBE_GOOD);
}

void supervisor_probed(struct supervisor *supervisor, uint32_t service)
{
	take_probe(supervisor, service,
		stack_probe_continue(&supervisor->services[service].probe, supervisor->now));
}

/* What the init has noted: the service's own word. */
static void look_for_word(struct supervisor *supervisor, uint32_t service)
{
	struct supervised *supervised = &supervisor->services[service];
	bool said = stack_record_ready(supervised->record);

	if (!said)
		fault(&supervised->why, 0, life_of(supervisor, service)->ready.where,
			"it has not said READY=1 to its notify socket");
	supervisor_answer_probe(supervisor, service, said);
}

static void probe(struct supervisor *supervisor, uint32_t service, bool healthy)
{
	const struct plan_life *life = life_of(supervisor, service);
	const struct plan_probe *question = healthy ? &life->healthy : &life->ready;
	struct supervised *supervised = &supervisor->services[service];
	uint32_t start = (uint32_t)schedule_view(supervisor->schedule, service).starts;

	switch (question->kind) {
	case PLAN_PROBE_NONE:
		supervisor_ask(supervisor, STACK_LOOK, service, start);
		break;
	case PLAN_PROBE_NOTIFY:
		look_for_word(supervisor, service);
		break;
	case PLAN_PROBE_COMMAND:
		supervisor_ask(supervisor, healthy ? STACK_PROBE_HEALTHY : STACK_PROBE_READY,
			service, start);
		break;
	case PLAN_PROBE_PORT:
	case PLAN_PROBE_HTTP:
		take_probe(supervisor, service,
			stack_probe_begin(&supervised->probe, &supervisor->plan->services[service],
				question, supervisor->now));
		break;
	}
}

static void stop(struct supervisor *supervisor, uint32_t service)
{
	const struct plan_life *life = life_of(supervisor, service);
	struct supervised *supervised = &supervisor->services[service];

	supervisor_note(supervisor_name(supervisor, service), "told to stop");
	stack_probe_end(&supervised->probe);
	supervisor_ask(supervisor, STACK_SIGNAL, service, life->stop_signal);
	supervised->kill_at = supervisor->now + life->stop_seconds * INT64_C(1000);
}

static void carry_out(struct supervisor *supervisor, const struct schedule_action *action)
{
	uint32_t service = (uint32_t)action->service;

	switch (action->verb) {
	case SCHEDULE_START:
		supervisor_ask(supervisor, STACK_START, service, 0);
		break;
	case SCHEDULE_STOP:
		stop(supervisor, service);
		break;
	case SCHEDULE_PROBE_READY:
		probe(supervisor, service, false);
		break;
	case SCHEDULE_PROBE_HEALTHY:
		probe(supervisor, service, true);
		break;
	}
}

/* Patience with those that were told to stop ends.  Returns when it does next. */
static int64_t kill_late(struct supervisor *supervisor)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		struct supervised *supervised = &supervisor->services[i];

		if (supervised->kill_at == 0)
			continue;
		if (supervised->kill_at <= supervisor->now) {
			supervisor_note(supervisor->plan->services[i].name, "killed");
			supervisor_ask(supervisor, STACK_SIGNAL, (uint32_t)i, SIGKILL);
			supervised->kill_at = supervisor->now + KILL_AGAIN;
		}
		if (supervised->kill_at < next)
			next = supervised->kill_at;
	}
	return next;
}

/* They have no dependencies: they are there before everything else, and come back. */
static int64_t keep_relays(struct supervisor *supervisor)
{
	int64_t next = INT64_MAX;

	for (uint32_t i = 0; i < STACK_RELAYS; i++) {
		struct supervised_relay *relay = &supervisor->relays[i];

		if (!relay->wanted || relay->asked || (relay->pidfd >= 0 && !relay->succeeded))
			continue;
		if (relay->until > supervisor->now) {
			next = relay->until < next ? relay->until : next;
			continue;
		}
		relay->asked = true;
		supervisor_ask(supervisor, STACK_START, STACK_RELAY(i), 0);
	}
	return next;
}

/* Who is busy for long keeps no right by that.  Returns when to come back. */
static int64_t end_phase(struct supervisor *supervisor, uint32_t service)
{
	struct supervised *supervised = &supervisor->services[service];

	if (supervised->phase == PHASE_TOLD) {
		/* What its init does takes no time; a stopped one is not waited for. */
		if (!stack_record_ready(supervised->record) && supervised->end_at > supervisor->now)
			return supervisor->now + 1;
		supervised->phase = PHASE_ENDED;
	}
	if (supervised->phase != PHASE_OPEN ||
		schedule_view(supervisor->schedule, service).state != SCHEDULE_READY)
		return INT64_MAX;
	if (supervised->end_at > supervisor->now)
		return supervised->end_at;
	supervised->phase = PHASE_ENDING;
	supervisor_ask(supervisor, STACK_END_PHASE, service, supervised->end_tries >= END_TRIES);
	return INT64_MAX;
}

static int64_t end_phases(struct supervisor *supervisor)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		int64_t one = end_phase(supervisor, (uint32_t)i);

		next = one < next ? one : next;
	}
	return next;
}

int64_t supervisor_act(struct supervisor *supervisor)
{
	scoped(arena) struct arena *arena = arena_new();
	struct schedule_action *actions =
		arena_alloc(arena, (supervisor->plan->service_count + 1) * sizeof(*actions));
	int64_t relays = keep_relays(supervisor), next, late;
	size_t count = schedule_next(
		supervisor->schedule, supervisor->now, second_of_day(), actions, &next);

	for (size_t i = 0; i < count; i++)
		carry_out(supervisor, &actions[i]);
	int64_t phases = end_phases(supervisor);
	late = kill_late(supervisor);
	/* A probe that was answered at once may have more to be done now. */
	if (count)
		next = supervisor->now + 1 < next ? supervisor->now + 1 : next;
	for (size_t i = 0; i < supervisor->plan->service_count; i++)
		if (supervisor->services[i].probe.fd >= 0 &&
			supervisor->services[i].probe.until < next)
			next = supervisor->services[i].probe.until;
	next = late < next ? late : next;
	next = phases < next ? phases : next;
	return relays < next ? relays : next;
}
