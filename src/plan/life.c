/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/planner.h"

enum { STOP_SECONDS = 10 };

/* In the order of the policy's. */
_Static_assert((int)PLAN_PROBE_COMMAND == (int)POLICY_PROBE_COMMAND, "kinds of probes");
_Static_assert((int)PLAN_RESTART_NEVER == (int)POLICY_RESTART_NEVER, "restarts");
_Static_assert((int)PLAN_JOB_ONCE == (int)POLICY_JOB_BEFORE, "kinds of jobs");
_Static_assert((int)PLAN_JOB_AT == (int)POLICY_JOB_AT, "kinds of jobs");

/* What nobody asked for has the service's own line. */
static struct where origin(struct where given, const struct policy_service *from)
{
	return given.file ? given : from->where;
}

/* Is @found among the programs, or the command itself?  No probe opens a second door. */
static bool may_execute(const struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct host_program *found)
{
	const struct host_program *own =
		from->command.count ? host_program(planner->host, from->command.items[0].text)
				    : NULL;

	if (own && own->found && text_equal(own->resolved, found->resolved))
		return true;
	for (size_t i = 0; i < service->program_count; i++)
		if (text_equal(service->programs[i].path, found->resolved))
			return true;
	return false;
}

/* The path in the view that @name stands for; @name itself after a complaint. */
static const char *find_program(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct policy_text *name)
{
	const struct host_program *found = host_program(planner->host, name->text);

	if (!found || !found->found) {
		plan_missing(planner, name->where, "program '%s': %s", name->text,
			found && found->error ? found->error : "not found on this machine");
		return name->text;
	}
	if (!may_execute(planner, from, service, found)) {
		struct report_entry *entry = report_add(planner->report, REPORT_ERROR, name->where,
			0, "'%s' may not execute %s: it is none of its programs", service->name,
			found->path);

		report_hint(planner->report, entry, "add programs: [%s] to '%s'", found->path,
			from->name);
	}
	return found->path;
}

static const char **plan_argv(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct policy_texts *command, size_t *count)
{
	const char **arguments = NULL;

	*count = 0;
	for (size_t i = 0; i < command->count; i++) {
		const char **argument =
			arena_append(planner->arena, &arguments, count, sizeof(*argument));
		*argument = i ? command->items[i].text
			      : find_program(planner, from, service, &command->items[i]);
	}
	return arguments;
}

static void plan_probe(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct policy_probe *given,
	struct plan_probe *probe)
{
	probe->kind = (enum plan_probe_kind)given->kind;
	probe->port = given->port;
	probe->path = given->path;
	probe->where = origin(given->where, from);
	probe->command = plan_argv(planner, from, service, &given->command, &probe->command_count);
}

/* On each instance of the other by itself. */
static void plan_dependencies(
	struct planner *planner, const struct policy_life *given, struct plan_life *life)
{
	for (size_t i = 0; i < given->dependency_count; i++) {
		const struct policy_dependency *on = &given->dependencies[i];
		size_t count;
		const struct plan_service *others = plan_services_of(planner, on->service, &count);

		for (size_t j = 0; j < count; j++) {
			struct plan_dependency *dependency = arena_append(planner->arena,
				&life->dependencies, &life->dependency_count, sizeof(*dependency));

			*dependency =
				(struct plan_dependency){others[j].name, on->completed, on->where};
		}
	}
}

static void plan_stop(const struct policy_service *from, struct plan_life *life)
{
	const struct policy_number *signal = &from->life.stop_signal;
	const struct policy_number *within = &from->life.stop_within;

	life->stop_signal = signal->where.file ? (uint32_t)signal->value : SIGTERM;
	life->stop_signal_where = origin(signal->where, from);
	life->stop_seconds = within->where.file ? (uint32_t)within->value : STOP_SECONDS;
	life->stop_seconds_where = origin(within->where, from);
}

/* A signal makes these execute their own binary again, which `command` alone does not allow. */
static const struct {
	const char *program; /* the beginning of its name */
	uint32_t signal;
} executes_itself[] = {{"php-fpm", SIGUSR2}, {"haproxy", SIGUSR2}};

static void check_reload(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service)
{
	const struct plan_life *life = &service->life;
	const struct host_program *own =
		from->command.count ? host_program(planner->host, from->command.items[0].text)
				    : NULL;
	bool again = false;

	if (!own || !own->found)
		return;
	for (size_t i = 0; i < sizeof(executes_itself) / sizeof(executes_itself[0]); i++)
		again = again || (executes_itself[i].signal == life->reload_signal &&
					 text_starts(text_base_name(own->resolved),
						 executes_itself[i].program));
	for (size_t i = 0; i < service->program_count; i++)
		again = again && !text_equal(service->programs[i].path, own->resolved);
	if (!again)
		return;
	struct report_entry *entry = report_add(planner->report, REPORT_WARNING, life->reload_where,
		0, "this signal makes %s execute itself, which '%s' may not: it ends instead",
		text_base_name(own->path), service->name);
	report_hint(planner->report, entry, "add programs: [%s] to '%s'", own->path, from->name);
}

void plan_life(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	const struct policy_life *given = &from->life;
	struct plan_life *life = &service->life;

	life->job = (struct plan_job){(enum plan_job_kind)given->job.kind, given->job.seconds,
		origin(given->job.where, from)};
	plan_probe(planner, from, service, &given->ready, &life->ready);
	plan_probe(planner, from, service, &given->healthy, &life->healthy);
	life->restart = given->job.kind ? PLAN_RESTART_NEVER : PLAN_RESTART_ALWAYS;
	if (given->restart_where.file)
		life->restart = (enum plan_restart)given->restart;
	/* A job is never started again because it is one. */
	life->restart_where =
		origin(given->restart_where.file ? given->restart_where : given->job.where, from);
	plan_stop(from, life);
	life->reload_signal = (uint32_t)given->reload_signal.value;
	life->reload_command = plan_argv(
		planner, from, service, &given->reload_command, &life->reload_command_count);
	life->reload_where =
		origin(life->reload_command_count ? given->reload_command.items[0].where
						  : given->reload_signal.where,
			from);
	check_reload(planner, from, service);
	plan_dependencies(planner, given, life);
}
