/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is to be done next with the services of a stack: order of starts,
 * readiness, restarts with back-off, jobs.  Pure: the supervisor feeds in what
 * happened and what time it is, and carries out what comes back.
 *
 * Times are milliseconds of the monotonic clock; `day` is the local time of day
 * in seconds, for jobs that run `at` a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct plan;

enum schedule_state {
	SCHEDULE_OFF,      /* not wanted: stopped by hand, or never asked for */
	SCHEDULE_WAITING,  /* for those that it depends on, or for a job's next time */
	SCHEDULE_STARTING, /* a start was asked for */
	SCHEDULE_RUNNING,  /* not ready yet */
	SCHEDULE_READY,
	SCHEDULE_STOPPING, /* a stop was asked for */
	SCHEDULE_BACKOFF,  /* ended, and started again later */
	SCHEDULE_ENDED,    /* ended, and stays so: a job that is done, or `restart: never` */
	SCHEDULE_FAILED,   /* its confinement failed: never tried again by itself */
	SCHEDULE_STATES,
};

/* As `ps` and the state's files say it. */
extern const char *const schedule_words[SCHEDULE_STATES];

enum schedule_verb { SCHEDULE_START, SCHEDULE_STOP, SCHEDULE_PROBE_READY, SCHEDULE_PROBE_HEALTHY };

struct schedule_action {
	enum schedule_verb verb;
	size_t service; /* index in the plan */
};

struct schedule_view {
	enum schedule_state state;
	uint32_t restarts;     /* since it was last ready for a while */
	int64_t until;         /* of BACKOFF and of a waiting job: when it starts; else 0 */
	uint32_t unhealthy;    /* probes in a row that failed */
	const char *waits_for; /* WAITING: the service that it waits for, or NULL */
};

struct schedule;

/* A schedule of @plan, in @arena, with every service off. */
struct schedule *schedule_new(const struct plan *plan, struct arena *arena);

/* Wanted from now on (`up`, `restart`): it starts when its turn comes. */
void schedule_want(struct schedule *schedule, size_t service);

/* Not wanted from now on; it is stopped when it runs. */
void schedule_unwant(struct schedule *schedule, size_t service);

/* It ran before this supervisor did: adopted, and @ready or not. */
void schedule_adopt(struct schedule *schedule, size_t service, bool ready, int64_t now);

/* What happened. */
void schedule_started(struct schedule *schedule, size_t service, int64_t now);
void schedule_start_failed(struct schedule *schedule, size_t service, int64_t now);
void schedule_ended(struct schedule *schedule, size_t service, bool success, int64_t now);
/* The answer of a probe: of readiness while it is RUNNING, of health while it is READY. */
void schedule_probed(struct schedule *schedule, size_t service, bool good, int64_t now);

/*
 * Fill @actions (room for one for each service of the plan) with what is to be
 * done at @now; each is given out once.  Returns how many; *@next is when to ask
 * again if nothing happens before (INT64_MAX: never).
 */
size_t schedule_next(struct schedule *schedule, int64_t now, int64_t day,
	struct schedule_action *actions, int64_t *next);

struct schedule_view schedule_view(const struct schedule *schedule, size_t service);
