/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a schedule knows of one service; for schedule*.c alone. */

#include "stack/schedule.h"

struct plan_life;
struct plan_service;

/* What follows a stop. */
enum schedule_after {
	SCHEDULE_AFTER_OFF,
	SCHEDULE_AFTER_START,
	SCHEDULE_AFTER_BACKOFF,
	SCHEDULE_AFTER_FAILED,
};

struct schedule_item {
	enum schedule_state state;
	enum schedule_after after; /* STOPPING */
	bool asked;                /* STOPPING: the action was given out */
	bool given_up;             /* STARTING: it is not wanted any more */
	bool timed;                /* a waiting job: `until` is known */
	bool probing;              /* an answer is due */
	bool success;              /* of its last end */
	uint64_t starts;
	uint32_t restarts, unhealthy;
	int64_t pause;    /* between two probes of readiness */
	int64_t started;  /* its last start */
	int64_t since;    /* when it became READY */
	int64_t until;    /* WAITING, BACKOFF: not before */
	int64_t probe_at; /* RUNNING, READY */
	size_t *dependencies;
	bool *completed; /* of each: must it have ended well? */
	size_t dependency_count;
};

struct schedule {
	const struct plan *plan;
	struct arena *arena;
	struct schedule_item *items;
};

const struct plan_life *schedule_life(const struct schedule *schedule, size_t service);

/* Does it end by itself?  And is it run at times? */
bool schedule_is_job(const struct schedule *schedule, size_t service);
bool schedule_has_times(const struct schedule *schedule, size_t service);

/* The first dependency that is not there yet, or NULL. */
const char *schedule_waits_for(const struct schedule *schedule, size_t service);

void schedule_become_ready(struct schedule_item *item, int64_t now);

/* Fill in when a waiting job is due. */
void schedule_time_job(
	struct schedule_item *item, const struct plan_service *service, int64_t now, int64_t day);
