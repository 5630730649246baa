/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/report.h"
#include "base/text.h"
#include "plan/alike.h"
#include "plan/calls.h"
#include "plan/planner.h"

/* Before Linux 6.3 a memfd is one more place to execute from: without it where programs run. */
static void refuse_memfd(struct plan_service *service)
{
	size_t kept = 0;

	if (service->memfd_noexec || service->program_count == 0)
		return;
	for (size_t i = 0; i < service->call_count; i++)
		if (!text_equal(service->calls[i].name, "memfd_create"))
			service->calls[kept++] = service->calls[i];
	service->call_count = kept;
}

/* `as: env` alone is a variable of that name, unless the policy says itself where it goes. */
static void add_secret_variable(
	struct planner *planner, const struct policy_secret *given, struct plan_service *service)
{
	const char *value = arena_printf(planner->arena, "${secret:%s}", given->name);

	for (size_t i = 0; i < service->environment_count; i++)
		if (text_equal(service->environment[i].name, given->name) ||
			strstr(service->environment[i].value, value))
			return;
	struct plan_variable *variable = arena_append(planner->arena, &service->environment,
		&service->environment_count, sizeof(*variable));
	*variable = (struct plan_variable){given->name, value, given->where};
}

static void plan_environment(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (size_t i = 0; i < from->environment_count; i++) {
		struct plan_variable *variable = arena_append(planner->arena, &service->environment,
			&service->environment_count, sizeof(*variable));
		*variable = (struct plan_variable){from->environment[i].name,
			from->environment[i].value, from->environment[i].where};
	}
	for (size_t i = 0; i < from->secret_count; i++) {
		const struct policy_secret *given = &from->secrets[i];
		const struct host_path *path = host_path(planner->host, given->from);
		struct plan_secret *secret = arena_append(
			planner->arena, &service->secrets, &service->secret_count, sizeof(*secret));

		*secret = (struct plan_secret){
			given->name, given->from, given->as_environment, given->where};
		if (given->as_environment)
			add_secret_variable(planner, given, service);
		if (!path || path->kind == HOST_ABSENT)
			plan_missing(planner, given->where, "secret file %s does not exist",
				given->from);
		else if (path->error)
			plan_missing(planner, given->where, "secret file %s: %s", given->from,
				path->error);
		else if (path->kind != HOST_FILE)
			plan_missing(planner, given->where, "secret %s is not a file", given->from);
	}
}

static void plan_command(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	service->workdir = from->workdir.text ? from->workdir.text : "/";
	service->workdir_where = from->workdir.text ? from->workdir.where : from->where;
	for (size_t i = 0; i < from->command.count; i++) {
		const char **argument = arena_append(planner->arena, &service->arguments,
			&service->argument_count, sizeof(*argument));
		*argument = from->command.items[i].text;
	}
	service->command_where = from->command.count ? from->command.items[0].where : from->where;
	service->program = from->command.count ? from->command.items[0].text : "/";
}

static void build_service(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	service->memfd_noexec = host_has(planner->host, HOST_MEMFD_NOEXEC);
	service->namespaces_held = host_has(planner->host, HOST_NAMESPACE_LIMITS);
	service->ports_held = host_has(planner->host, HOST_CGROUP_PORTS);
	service->card_data = from->card_data;
	service->card_data_where = from->card_data_where;
	plan_command(planner, from, service);
	plan_environment(planner, from, service);
	plan_view(planner, from, service);
	plan_notify(planner, from, service);
	plan_view_tree(planner, service);
	plan_life(planner, from, service);
	plan_capabilities(planner, from, service);
	plan_limits(planner, from, service);
	plan_calls(from, planner->host, service, planner->arena, planner->report);
	refuse_memfd(service);
	plan_audit_rights(planner, service);
	plan_endings(planner, from, service);
	plan_landlock(planner, from, service);
	plan_expected(planner, from, service);
}

static const struct plan *build(const struct policy *policy, const struct host *host, bool judging,
	struct plan_alike *alike, struct arena *arena, struct report *report)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct planner planner = {.policy = policy,
		.host = host,
		.judging = judging,
		.arena = arena,
		.report = report,
		.heard = report,
		.unheard = report_new(arena),
		.plan = plan,
		.created = map_new(arena),
		.first = map_new(arena),
		.alike = alike};

	plan->version = PLAN_VERSION;
	plan->stack = policy->stack;
	plan->where = policy->where;
	plan->arch = host->arch;
	plan_services(&planner);
	plan_note_created(&planner);
	/* Socket folders belong to users, and views hold socket folders: in this order. */
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(&planner, &plan->services[i]);
		plan_audits(&planner, planner.from[i], &plan->services[i]);
		plan_accept(&planner, planner.from[i], &plan->services[i]);
		plan_identity(&planner, planner.from[i], &plan->services[i]);
	}
	plan_network(&planner);
	for (size_t i = 0; i < plan->service_count; i++) {
		plan_turn_to(&planner, &plan->services[i]);
		if (plan_alike_share(&planner, planner.from[i], &plan->services[i]))
			continue;
		build_service(&planner, planner.from[i], &plan->services[i]);
		plan_alike_remember(&planner, &plan->services[i]);
	}
	planner.report = planner.heard;
	plan_file_edges(&planner);
	plan_gaps(&planner);
	return plan;
}

const struct plan *plan_build(const struct policy *policy, const struct host *host, bool judging,
	struct arena *arena, struct report *report)
{
	return build(policy, host, judging, NULL, arena, report);
}

const struct plan *plan_judge(const struct policy *policy, const struct host *host,
	struct arena *arena, struct report *report)
{
	return build(policy, host, true, plan_alike_new(arena), arena, report);
}
