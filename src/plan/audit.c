/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/capability.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/report.h"
#include "catalog/capability.h"
#include "catalog/guard.h"
#include "catalog/kept.h"
#include "plan/calls.h"
#include "plan/planner.h"

/*
 * Audit mode: what a layer would refuse is let through and recorded, or the
 * layer is off where the kernel can only refuse.  Everything that it changes
 * stands in the plan with the line of `mode`.
 */

/* What each layer does in audit mode, for the warning. */
static const char *const effects[LAYER_COUNT] = {
	[LAYER_CAPABILITIES] = "it keeps capabilities inside its user namespace; nothing records "
			       "their use",
	[LAYER_SECCOMP] = "calls that its filter would refuse are let through and logged by the "
			  "kernel",
	[LAYER_VIEW] = "it sees this machine's files, read-only, and sockets among them; nothing "
		       "records what it finds",
	[LAYER_LANDLOCK] = "it is off; nothing records what it would refuse",
	[LAYER_NETWORK] = "connections that are not declared are let through its own rules and "
			  "recorded there",
};

void plan_audits(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	for (int layer = 0; from->modes && layer < LAYER_COUNT; layer++) {
		const struct policy_mode *mode = &from->modes[layer];

		if (!mode->audit)
			continue;
		struct plan_audit *audit = arena_append(
			planner->arena, &service->audits, &service->audit_count, sizeof(*audit));
		*audit = (struct plan_audit){layer, mode->where};
		struct report_entry *entry = report_add(planner->report, REPORT_WARNING,
			mode->where, 0, "layer %s of '%s' is in audit mode: %s",
			catalog_layer_names[layer], service->name, effects[layer]);
		if (service->audit_count == 1)
			report_hint(planner->report, entry,
				"what another layer refuses is still refused; take 'mode' out when "
				"done");
	}
}

/* They would reach its init, by becoming it or by signals. */
static bool reaches_init(unsigned number)
{
	return number == CAP_SETUID || number == CAP_SETGID || number == CAP_KILL;
}

/* Those that can do something here, and to itself alone. */
static void keep_capabilities(
	struct planner *planner, struct plan_service *service, const struct plan_audit *audit)
{
	for (unsigned number = 0; catalog_capability(number); number++) {
		const struct catalog_capability *known = catalog_capability(number);
		bool held = known->useless || reaches_init(number);

		for (size_t i = 0; i < service->capability_count; i++)
			held = held || service->capabilities[i].number == number;
		if (held)
			continue;
		struct plan_capability *capability = arena_append(planner->arena,
			&service->capabilities, &service->capability_count, sizeof(*capability));
		*capability = (struct plan_capability){number, known->name, audit->where};
	}
}

/* A rule that refuses @name when all of @conditions hold, each turned round when @negated. */
static void keep_refused(struct planner *planner, struct plan_service *service, const char *name,
	const struct catalog_condition *conditions, size_t count, bool negated, struct where where)
{
	enum catalog_arch arch = plan_calls_arch(planner->host);
	const struct catalog_call *call = catalog_call(name);

	if (!call || call->number[arch] < 0)
		return;
	struct plan_call *rule =
		arena_append(planner->arena, &service->kept, &service->kept_count, sizeof(*rule));
	rule->name = call->name;
	rule->number = (uint32_t)call->number[arch];
	rule->action = PLAN_REFUSE;
	rule->where = where;
	for (size_t i = 0; i < count; i++) {
		struct plan_condition *condition = arena_append(planner->arena, &rule->conditions,
			&rule->condition_count, sizeof(*condition));

		condition->argument = conditions[i].argument;
		condition->wide = conditions[i].wide;
		condition->differs = conditions[i].differs != negated;
		condition->mask = conditions[i].mask;
		condition->value = conditions[i].value;
	}
}

/* What a guard refuses: where no alternative holds.  Each has one condition, or there is one. */
static void keep_guard(struct planner *planner, struct plan_service *service,
	const struct catalog_guard *guard, struct where where)
{
	struct catalog_condition all[CATALOG_ALTERNATIVES];

	if (guard->alternative_count == 1) {
		for (unsigned i = 0; i < guard->alternatives[0].condition_count; i++)
			keep_refused(planner, service, guard->call,
				&guard->alternatives[0].conditions[i], 1, true, where);
		return;
	}
	for (unsigned i = 0; i < guard->alternative_count; i++)
		all[i] = guard->alternatives[i].conditions[0];
	keep_refused(planner, service, guard->call, all, guard->alternative_count, true, where);
}

static void keep_guards(struct planner *planner, struct plan_service *service, struct where where)
{
	const bool no_code = !service->write_execute;
	size_t count;
	const struct catalog_guard *guards = catalog_guards(&count);

	for (size_t i = 0; i < count; i++)
		if (guards[i].when != CATALOG_GUARD_NO_CODE || no_code)
			keep_guard(planner, service, &guards[i], where);
}

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;

	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	return (one->condition_count > other->condition_count) -
	       (one->condition_count < other->condition_count);
}

static void keep_calls(
	struct planner *planner, struct plan_service *service, const struct plan_audit *audit)
{
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);

	for (size_t i = 0; i < count; i++)
		if (calls[i].never_innocent)
			keep_refused(planner, service, calls[i].name, NULL, 0, false, audit->where);
	const struct catalog_kept *kept = catalog_kept(&count);
	for (size_t i = 0; i < count; i++)
		keep_refused(planner, service, kept[i].refused.call, kept[i].refused.conditions,
			kept[i].refused.condition_count, false, audit->where);
	keep_guards(planner, service, audit->where);
	qsort(service->kept, service->kept_count, sizeof(service->kept[0]), by_number);
}

void plan_audit_rights(struct planner *planner, struct plan_service *service)
{
	const struct plan_audit *capabilities = plan_audit(service, LAYER_CAPABILITIES);
	const struct plan_audit *calls = plan_audit(service, LAYER_SECCOMP);

	if (capabilities)
		keep_capabilities(planner, service, capabilities);
	if (calls)
		keep_calls(planner, service, calls);
}
