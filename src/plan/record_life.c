/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/record.h"
#include "plan/plan.h"
#include "plan/record.h"

static const char *const probe_kinds[] = {
	[PLAN_PROBE_NONE] = "none",
	[PLAN_PROBE_PORT] = "port",
	[PLAN_PROBE_HTTP] = "http",
	[PLAN_PROBE_NOTIFY] = "notify",
	[PLAN_PROBE_COMMAND] = "command",
};
static const char *const restarts[] = {
	[PLAN_RESTART_ALWAYS] = "always",
	[PLAN_RESTART_ON_FAILURE] = "on-failure",
	[PLAN_RESTART_NEVER] = "never",
};
static const char *const job_kinds[] = {
	[PLAN_JOB_NONE] = "none",
	[PLAN_JOB_ONCE] = "once",
	[PLAN_JOB_EVERY] = "every",
	[PLAN_JOB_AT] = "at",
};

static const struct record_field probe_fields[] = {
	RECORD_ITEM_ENUM(struct plan_probe, kind, probe_kinds),
	RECORD_ITEM(struct plan_probe, RECORD_U32, port),
	RECORD_ITEM(struct plan_probe, RECORD_TEXT, path),
	RECORD_ITEM_ARRAY(struct plan_probe, RECORD_TEXTS, command, command_count),
	RECORD_ITEM(struct plan_probe, RECORD_WHERE, where),
};
static const struct record_type probe_type = RECORD_TYPE(struct plan_probe, probe_fields);

static const struct record_field dependency_fields[] = {
	RECORD_ITEM(struct plan_dependency, RECORD_TEXT, service),
	RECORD_ITEM(struct plan_dependency, RECORD_BOOL, completed),
	RECORD_ITEM(struct plan_dependency, RECORD_WHERE, where),
};
static const struct record_type dependency_type =
	RECORD_TYPE(struct plan_dependency, dependency_fields);

static const struct record_field job_fields[] = {
	RECORD_ITEM_ENUM(struct plan_job, kind, job_kinds),
	RECORD_ITEM(struct plan_job, RECORD_U64, seconds),
	RECORD_ITEM(struct plan_job, RECORD_WHERE, where),
};
static const struct record_type job_type = RECORD_TYPE(struct plan_job, job_fields);

static const struct record_field life_fields[] = {
	RECORD_ITEM_STRUCT(struct plan_life, ready, &probe_type),
	RECORD_ITEM_STRUCT(struct plan_life, healthy, &probe_type),
	RECORD_ITEM_ENUM(struct plan_life, restart, restarts),
	RECORD_ITEM(struct plan_life, RECORD_WHERE, restart_where),
	RECORD_ITEM(struct plan_life, RECORD_U32, stop_signal),
	RECORD_ITEM(struct plan_life, RECORD_U32, stop_seconds),
	RECORD_ITEM(struct plan_life, RECORD_WHERE, stop_signal_where),
	RECORD_ITEM(struct plan_life, RECORD_WHERE, stop_seconds_where),
	RECORD_ITEM(struct plan_life, RECORD_U32, reload_signal),
	RECORD_ITEM_ARRAY(struct plan_life, RECORD_TEXTS, reload_command, reload_command_count),
	RECORD_ITEM(struct plan_life, RECORD_WHERE, reload_where),
	RECORD_ITEM_LIST(struct plan_life, dependencies, dependency_count, &dependency_type),
	RECORD_ITEM_STRUCT(struct plan_life, job, &job_type),
};
const struct record_type plan_life_record = RECORD_TYPE(struct plan_life, life_fields);
