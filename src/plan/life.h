/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The life of a service: what the supervisor does with it.  Nothing here
 * confines; all of it may change while the service runs (`reload`).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/where.h"

enum plan_probe_kind {
	PLAN_PROBE_NONE,    /* ready: when all that it listens on is bound; healthy: not asked */
	PLAN_PROBE_PORT,    /* a connection from the router is accepted */
	PLAN_PROBE_HTTP,    /* GET from the router is answered with 200-399 */
	PLAN_PROBE_NOTIFY,  /* READY=1 on the socket $NOTIFY_SOCKET (sd_notify(3)) */
	PLAN_PROBE_COMMAND, /* a command inside its confinement ends with 0 */
};

struct plan_probe {
	enum plan_probe_kind kind;
	uint32_t port;
	const char *path;     /* http: begins with '/' */
	const char **command; /* argv; [0] is a path in the view */
	size_t command_count;
	struct where where;
};

enum plan_restart { PLAN_RESTART_ALWAYS, PLAN_RESTART_ON_FAILURE, PLAN_RESTART_NEVER };

/* It starts when @service is ready; or, where that is a job to be done @completed, ended with 0. */
struct plan_dependency {
	const char *service;
	bool completed;
	struct where where;
};

enum plan_job_kind { PLAN_JOB_NONE, PLAN_JOB_ONCE, PLAN_JOB_EVERY, PLAN_JOB_AT };

/* A job ends by itself.  ONCE (`before`) runs at `up`, before those that depend on it. */
struct plan_job {
	enum plan_job_kind kind;
	uint64_t seconds; /* every: the period; at: after local midnight */
	struct where where;
};

/* What nobody asked for has the service's own line. */
struct plan_life {
	struct plan_probe ready, healthy;
	enum plan_restart restart;
	struct where restart_where;
	uint32_t stop_signal, stop_seconds; /* then SIGKILL */
	struct where stop_signal_where, stop_seconds_where;
	uint32_t reload_signal;      /* 0: by command, or not at all */
	const char **reload_command; /* argv; [0] is a path in the view */
	size_t reload_command_count;
	struct where reload_where;
	struct plan_dependency *dependencies; /* services of the plan: each instance by itself */
	size_t dependency_count;
	struct plan_job job;
};
