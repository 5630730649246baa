/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/explain.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "analyze/explainer.h"
#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"
#include "policy/policy.h"

static void explain_identity(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan_identity *identity = &service->identity;

	analyze_right(explainer, LAYER_IDENTITY, "runs as", identity->where,
		"%s:%s (uid %" PRIu32 ", gid %" PRIu32 ")", identity->user ? identity->user : "?",
		identity->group_name ? identity->group_name : "?", identity->uid, identity->gid);
	for (size_t i = 0; i < identity->uid_count; i++)
		if (identity->uids[i].inside != 0 && identity->uids[i].inside != identity->uid)
			analyze_right(explainer, LAYER_IDENTITY, "may become",
				identity->uids[i].where, "uid %" PRIu32, identity->uids[i].inside);
	for (size_t i = 0; i < identity->group_count; i++)
		analyze_right(explainer, LAYER_IDENTITY, "group", identity->where, "gid %" PRIu32,
			identity->groups[i]);
	for (size_t i = 0; i < service->capability_count; i++)
		analyze_right(explainer, LAYER_CAPABILITIES, "capability",
			service->capabilities[i].where, "%s", service->capabilities[i].name);
}

static void explain_calls(struct explainer *explainer, const struct plan_service *service)
{
	for (size_t i = 0; i < service->call_count; i++) {
		const struct plan_call *call = &service->calls[i];
		const char *name = call->name;

		if (call->action == PLAN_REFUSE)
			continue;
		/* Rules for one call are alternatives: name it once per line. */
		if (i > 0 && text_equal(service->calls[i - 1].name, name) &&
			where_same(service->calls[i - 1].where, call->where))
			continue;
		if (call->launch_only)
			name = arena_printf(explainer->arena, "%s (the launch alone)", name);
		else if (call->condition_count)
			name = arena_printf(explainer->arena, "%s (arguments checked)", name);
		analyze_right_joined(explainer, LAYER_SECCOMP, "call", call->where, name);
	}
	if (service->write_execute)
		analyze_right(explainer, LAYER_SECCOMP, "memory", service->write_execute_where,
			"may be made executable after it was written");
}

static void explain_programs(struct explainer *explainer, const struct plan_service *service)
{
	analyze_right(explainer, LAYER_EXEC, "execute", service->command_where,
		"%s (once, by the launch)", service->program);
	for (size_t i = 0; i < service->program_count; i++)
		analyze_right_joined(explainer, LAYER_EXEC, "execute", service->programs[i].where,
			service->programs[i].path);
}

static void explain_phase(struct explainer *explainer, const struct plan_service *service)
{
	for (size_t i = 0; i < service->ending_count; i++) {
		const struct plan_ending *ending = &service->endings[i];

		/* Rows for one call are alternatives. */
		if (i == 0 || !text_equal(ending[-1].name, ending->name))
			analyze_right_joined(explainer, LAYER_PHASE, "until it is ready",
				ending->where,
				ending->condition_count ? arena_printf(explainer->arena,
								  "%s (by its flags)", ending->name)
							: ending->name);
	}
	if (service->view_closes)
		analyze_right(explainer, LAYER_PHASE, "until it is ready",
			service->view_closes_where, "map code that is not mapped yet");
}

static void explain_ports(struct explainer *explainer, const struct plan_service *service)
{
	static const char *const names[] = {[PLAN_TCP] = "TCP", [PLAN_UDP] = "UDP"};

	for (size_t i = 0; service->ports_held && i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport == PLAN_UNIX)
			continue;
		if (listen->first == listen->last)
			analyze_right(explainer, LAYER_LABELS, "bind", listen->where,
				"%s port %" PRIu32, names[listen->transport], listen->first);
		else
			analyze_right(explainer, LAYER_LABELS, "bind", listen->where,
				"%s ports %" PRIu32 "-%" PRIu32, names[listen->transport],
				listen->first, listen->last);
	}
}

static void explain_limits(struct explainer *explainer, const struct plan_service *service)
{
	for (size_t i = 0; i < service->rlimit_count; i++) {
		const struct plan_rlimit *limit = &service->rlimits[i];
		bool raised = limit->soft < limit->value;

		analyze_right(explainer, LAYER_RESOURCES, raised ? "at first" : "at most",
			limit->where, "%s %" PRIu64 "%s", limit->name, limit->soft,
			raised ? " (it may raise it)" : "");
	}
	for (size_t i = 0; i < service->user_limit_count; i++)
		analyze_right(explainer, LAYER_RESOURCES, "at most", service->user_limits[i].where,
			"user.%s %" PRIu64, service->user_limits[i].file,
			service->user_limits[i].value);
	for (size_t i = 0; i < service->cgroup_limit_count; i++)
		analyze_right(explainer, LAYER_RESOURCES, "at most",
			service->cgroup_limits[i].where, "%s %s", service->cgroup_limits[i].file,
			service->cgroup_limits[i].value);
}

static bool is_missing(
	const struct plan *plan, const struct plan_service *service, const char *feature)
{
	for (size_t i = 0; i < plan->gap_count; i++)
		if (plan->gaps[i].accepted && text_equal(plan->gaps[i].service, service->name) &&
			text_equal(plan->gaps[i].feature, feature))
			return true;
	return false;
}

/* What it does without: features of the kernel, and what its program tries. */
static void explain_lacks(struct explainer *explainer, const struct plan_service *service)
{
	for (size_t i = 0; i < service->accepted_count; i++) {
		const struct plan_accepted *accepted = &service->accepted[i];
		bool missing = is_missing(explainer->plan, service, accepted->feature);

		analyze_right(explainer, accepted->layer, "may lack", accepted->where, "%s%s",
			accepted->feature, missing ? " (missing here)" : "");
	}
	for (size_t i = 0; i < service->expected_count; i++) {
		const struct plan_expected *expected = &service->expected[i];
		enum layer layer = expected->call ? LAYER_SECCOMP : LAYER_VIEW;

		analyze_right(explainer, layer, "does without", expected->where, "%s",
			expected->call ? expected->call : expected->path)
			->why = expected->why;
	}
}

static bool role_file(const char *file, const char *role, const char *const *folders, size_t count)
{
	if (!file)
		return false;
	for (size_t i = 0; i < count; i++)
		if (text_starts(file, folders[i]))
			return true;
	return text_equal(file, role);
}

struct analyze_rights *analyze_explain(const struct plan *plan, const struct policy *policy,
	const struct plan_service *service, const char *const *role_folders, size_t folder_count,
	struct arena *arena)
{
	struct analyze_rights *rights = arena_alloc(arena, sizeof(*rights));
	struct explainer explainer = {plan, policy_service(policy, service->base), arena, rights};

	rights->service = service->name;
	rights->role = service->role;
	rights->where = service->where;
	explain_identity(&explainer, service);
	explain_calls(&explainer, service);
	explain_programs(&explainer, service);
	explain_phase(&explainer, service);
	analyze_explain_view(&explainer, service);
	explain_ports(&explainer, service);
	analyze_explain_network(&explainer, service);
	explain_limits(&explainer, service);
	analyze_explain_life(&explainer, service);
	explain_lacks(&explainer, service);
	analyze_explain_walls(&explainer, service);
	for (size_t i = 0; i < rights->right_count; i++)
		rights->rights[i].from_role = role_file(
			rights->rights[i].where.file, service->role, role_folders, folder_count);
	for (size_t i = 0; i < rights->life_count; i++)
		rights->life[i].from_role = role_file(
			rights->life[i].where.file, service->role, role_folders, folder_count);
	return rights;
}
