/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "analyze/explainer.h"
#include "base/arena.h"
#include "plan/plan.h"
#include "policy/policy.h"

static void add(struct explainer *explainer, const char *what, struct where where,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

static void add(
	struct explainer *explainer, const char *what, struct where where, const char *format, ...)
{
	struct analyze_rights *rights = explainer->rights;
	struct analyze_fact *fact =
		arena_append(explainer->arena, &rights->life, &rights->life_count, sizeof(*fact));
	va_list arguments;

	va_start(arguments, format);
	*fact = (struct analyze_fact){.what = what,
		.text = arena_vprintf(explainer->arena, format, arguments),
		.where = where};
	va_end(arguments);
}

/* "90s", "5m", "1h", "7d", as the policy writes it. */
static const char *duration(struct explainer *explainer, uint64_t seconds)
{
	static const struct {
		uint64_t factor;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds && seconds % units[i].factor == 0)
			return arena_printf(explainer->arena, "%" PRIu64 "%c",
				seconds / units[i].factor, units[i].unit);
	return arena_printf(explainer->arena, "%" PRIu64 "s", seconds);
}

static const char *command(struct explainer *explainer, const char *const *words, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(explainer->arena, "%s%s%s", text, i ? " " : "", words[i]);
	return text;
}

static void explain_job(struct explainer *explainer, const struct plan_job *job)
{
	switch (job->kind) {
	case PLAN_JOB_NONE:
		break;
	case PLAN_JOB_ONCE:
		add(explainer, "job", job->where, "once, before those that wait for it");
		break;
	case PLAN_JOB_EVERY:
		add(explainer, "job", job->where, "every %s", duration(explainer, job->seconds));
		break;
	case PLAN_JOB_AT:
		add(explainer, "job", job->where, "daily at %02" PRIu64 ":%02" PRIu64,
			job->seconds / 3600, job->seconds / 60 % 60);
		break;
	}
}

/* "a connection to port 3000 is taken"; NULL: nobody is asked. */
static const char *question(struct explainer *explainer, const struct plan_probe *probe)
{
	switch (probe->kind) {
	case PLAN_PROBE_PORT:
		return arena_printf(
			explainer->arena, "port %" PRIu32 " takes a connection", probe->port);
	case PLAN_PROBE_HTTP:
		return arena_printf(explainer->arena,
			"GET %s at port %" PRIu32 " is answered with 200 to 399", probe->path,
			probe->port);
	case PLAN_PROBE_NOTIFY:
		return "it says so itself, by $NOTIFY_SOCKET";
	case PLAN_PROBE_COMMAND:
		return arena_printf(explainer->arena, "'%s' ends with 0",
			command(explainer, probe->command, probe->command_count));
	case PLAN_PROBE_NONE:
		break;
	}
	return NULL;
}

static void explain_probes(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan_life *life = &service->life;
	const char *ready = question(explainer, &life->ready);
	const char *healthy = question(explainer, &life->healthy);

	/* A job is done, not ready. */
	if (life->job.kind != PLAN_JOB_NONE)
		return;
	if (!ready)
		ready = service->listen_count ? "all that it listens on is bound"
					      : "it has run for a second";
	add(explainer, "ready", life->ready.where, "when %s", ready);
	if (healthy)
		add(explainer, "healthy", life->healthy.where, "while %s", healthy);
}

static void explain_end(struct explainer *explainer, const struct plan_life *life)
{
	static const char *const restarts[] = {
		[PLAN_RESTART_ALWAYS] = "always, when it ended",
		[PLAN_RESTART_ON_FAILURE] = "when it ended with a failure",
		[PLAN_RESTART_NEVER] = "never",
	};
	const char *name = sigabbrev_np((int)life->stop_signal);

	add(explainer, "stop", life->stop_signal_where, "by %s", name ? name : "a signal");
	add(explainer, "killed", life->stop_seconds_where, "after %s",
		duration(explainer, life->stop_seconds));
	name = sigabbrev_np((int)life->reload_signal);
	if (life->reload_signal)
		add(explainer, "reload", life->reload_where, "by %s", name ? name : "a signal");
	else if (life->reload_command_count)
		add(explainer, "reload", life->reload_where, "by '%s'",
			command(explainer, life->reload_command, life->reload_command_count));
	add(explainer, "started again", life->restart_where, "%s", restarts[life->restart]);
}

void analyze_explain_life(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan_life *life = &service->life;

	if (service->instance && explainer->policy) {
		const struct policy_number *instances = &explainer->policy->life.instances;

		add(explainer, "instances", instances->where, "%" PRIu64 ": %s.1 to %s.%" PRIu64,
			instances->value, service->base, service->base, instances->value);
	}
	explain_job(explainer, &life->job);
	for (size_t i = 0; i < life->dependency_count; i++)
		add(explainer, "starts", life->dependencies[i].where, "after %s is %s",
			life->dependencies[i].service,
			life->dependencies[i].completed ? "done" : "ready");
	explain_probes(explainer, service);
	explain_end(explainer, life);
}
