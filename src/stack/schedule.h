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
	SCHEDULE_OFF,      /* not wanted: never asked for, or given up */
	SCHEDULE_WAITING,  /* for those that it depends on, or for a job's next time */
	SCHEDULE_STARTING, /* a start was asked for */
	SCHEDULE_RUNNING,  /* not ready yet; a job is never more than that */
	SCHEDULE_READY,
	SCHEDULE_STOPPING, /* a stop was asked for */
	SCHEDULE_BACKOFF,  /* ended, and started again later */
	SCHEDULE_ENDED,    /* ended, and stays so: a job that is done, or its `restart` says so */
	SCHEDULE_FAILED,   /* its start failed: never tried again by itself */
	SCHEDULE_STATES,
};

/* As `ps` says it. */
extern const char *const schedule_words[SCHEDULE_STATES];

enum {
	SCHEDULE_SETTLED = 1000,        /* ms: what shows nothing else is ready after that */
	SCHEDULE_BACKOFF_FIRST = 1000,  /* ms, then doubled */
	SCHEDULE_BACKOFF_LAST = 60000,  /* ms */
	SCHEDULE_HEALTHY_EVERY = 10000, /* ms */
	SCHEDULE_UNHEALTHY = 3,         /* probes in a row */
};

enum schedule_verb { SCHEDULE_START, SCHEDULE_STOP, SCHEDULE_PROBE_READY, SCHEDULE_PROBE_HEALTHY };

struct schedule_action {
	enum schedule_verb verb;
	size_t service; /* index in the plan */
};

struct schedule_view {
	enum schedule_state state;
	uint64_t starts;       /* in all */
	uint32_t restarts;     /* by itself, since it was last ready for a while */
	int64_t since;         /* READY: when it became so */
	int64_t until;         /* of BACKOFF and of a waiting job: when it starts; else 0 */
	uint32_t unhealthy;    /* probes in a row that failed */
	bool success;          /* ENDED, or a job between two runs: how it ended last */
	const char *waits_for; /* WAITING: the service that it waits for, or NULL */
};

struct schedule;

/* A schedule of @plan, in @arena, with every service off. */
struct schedule *schedule_new(const struct plan *plan, struct arena *arena);

/* From now on by @plan: the same services in the same order, with another life. */
void schedule_plan(struct schedule *schedule, const struct plan *plan);

/* Wanted from now on: it starts when its turn comes, without any back-off.  Nothing changes for
 * what runs. */
void schedule_want(struct schedule *schedule, size_t service);

/* Wanted, and started anew: what runs is stopped first. */
void schedule_restart(struct schedule *schedule, size_t service);

/* Not wanted from now on; it is stopped when it runs. */
void schedule_unwant(struct schedule *schedule, size_t service);

/* It was started before this schedule was made, and runs: ready or not is for probes to say. */
void schedule_adopt(struct schedule *schedule, size_t service, int64_t started, int64_t now);
/* The same, and it has ended since. */
void schedule_adopt_ended(
	struct schedule *schedule, size_t service, bool success, int64_t started, int64_t now);

/* What happened. */
void schedule_started(struct schedule *schedule, size_t service, int64_t now);
void schedule_start_failed(struct schedule *schedule, size_t service);
/* Its confinement could not be completed: it is stopped, and that is like a start that failed. */
void schedule_refuse(struct schedule *schedule, size_t service);
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

/* Is it as far as it gets: ready, a job that is done, or one that waits for its time? */
bool schedule_content(const struct schedule *schedule, size_t service);
