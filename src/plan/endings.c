/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/text.h"
#include "catalog/start_right.h"
#include "plan/calls.h"
#include "plan/planner.h"

/* Do both ask for other bits of one argument?  Then no call is what both mean. */
static bool contradict(const struct plan_condition *rule, const struct catalog_condition *condition)
{
	return rule->argument == condition->argument && !rule->differs && !condition->differs &&
	       ((rule->value ^ condition->value) & rule->mask & condition->mask) != 0;
}

static bool meets(const struct plan_call *rule, const struct catalog_grant *ending)
{
	for (size_t i = 0; i < rule->condition_count; i++)
		for (unsigned j = 0; j < ending->condition_count; j++)
			if (contradict(&rule->conditions[i], &ending->conditions[j]))
				return false;
	return true;
}

/* Only what it may do at all can end; the launch's own exec is behind it by then. */
static bool may_call(
	const struct plan_service *service, uint32_t number, const struct catalog_grant *ending)
{
	for (size_t i = 0; i < service->call_count; i++) {
		const struct plan_call *rule = &service->calls[i];

		if (rule->number == number && rule->action == PLAN_ALLOW && !rule->launch_only &&
			meets(rule, ending))
			return true;
	}
	return false;
}

/* Libraries bind a datagram socket before they send from it, whenever that is. */
static bool sends_datagrams(const struct policy_service *from)
{
	for (size_t i = 0; i < from->connect_count; i++)
		if (from->connects[i].transport == POLICY_UDP)
			return true;
	return false;
}

/*
 * Does its being ready mean that all it listens on is bound?  A probe that asks one
 * port of several says nothing of the others, which may come a moment later.
 */
static bool bound_when_ready(const struct policy_service *from, const struct plan_service *service)
{
	const struct plan_probe *ready = &service->life.ready;

	switch (ready->kind) {
	case PLAN_PROBE_NONE:
	case PLAN_PROBE_NOTIFY:
		return true;
	case PLAN_PROBE_PORT:
	case PLAN_PROBE_HTTP:
		return from->listen_count == 1 && from->listens[0].transport == POLICY_TCP &&
		       from->listens[0].first == from->listens[0].last;
	case PLAN_PROBE_COMMAND:
		break;
	}
	return false;
}

/* What bulkhead itself executes in the view of a running service must go on to work. */
static bool runs_commands(const struct plan_life *life)
{
	return life->ready.kind == PLAN_PROBE_COMMAND || life->healthy.kind == PLAN_PROBE_COMMAND ||
	       life->reload_command_count > 0;
}

/* Nobody waits for a job to be ready: what its role says of that is about others. */
static void refuse_for_job(struct planner *planner, const struct policy_service *from)
{
	for (size_t i = 0; i < from->after_ready_count; i++) {
		const struct policy_start_right *word = &from->after_ready[i];

		if (word->by_role)
			continue;
		struct report_entry *entry = report_add(planner->report, REPORT_ERROR, word->where,
			(unsigned)strlen(word->name), "'%s' is a job, which is never ready",
			from->name);
		report_hint(planner->report, entry, "take '%s' away, or 'job'", word->name);
	}
}

static void add_ending(struct planner *planner, struct plan_service *service,
	const struct catalog_start_right *right, const struct catalog_grant *grant,
	struct where where)
{
	const struct catalog_call *call = catalog_call(grant->call);
	int number = call->number[plan_calls_arch(planner->host)];

	/* Where another call stands in for it, that one has a row of its own. */
	if (number < 0 || !may_call(service, (uint32_t)number, grant))
		return;
	struct plan_ending *ending = arena_append(
		planner->arena, &service->endings, &service->ending_count, sizeof(*ending));
	*ending = (struct plan_ending){.right = right->name,
		.name = call->name,
		.number = (uint32_t)number,
		.where = where};
	for (unsigned i = 0; i < grant->condition_count; i++) {
		const struct catalog_condition *from = &grant->conditions[i];
		struct plan_condition *condition = arena_append(planner->arena, &ending->conditions,
			&ending->condition_count, sizeof(*condition));

		*condition = (struct plan_condition){
			from->argument, from->wide, from->differs, from->mask, from->value};
	}
}

/* Only calls with conditions have several rows. */
static int by_number(const void *left, const void *right)
{
	const struct plan_ending *one = left, *other = right;

	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	/* Alternatives look at different bits. */
	uint64_t mask = one->conditions->mask, others = other->conditions->mask;
	return (mask > others) - (mask < others);
}

void plan_endings(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	if (service->life.job.kind != PLAN_JOB_NONE) {
		refuse_for_job(planner, from);
		return;
	}
	for (size_t i = 0; i < from->after_ready_count; i++) {
		const struct policy_start_right *word = &from->after_ready[i];
		const struct catalog_start_right *right = catalog_start_right(word->name);

		if (word->by_role && text_equal(word->name, "listen") &&
			!bound_when_ready(from, service))
			continue;
		if (right->code && !runs_commands(&service->life)) {
			service->view_closes = true;
			service->view_closes_where = word->where;
		}
		for (size_t j = 0; j < right->call_count; j++)
			if (!text_equal(right->calls[j].call, "bind") || !sends_datagrams(from))
				add_ending(planner, service, right, &right->calls[j], word->where);
	}
	if (service->ending_count > 0 && !host_has(planner->host, HOST_SECCOMP_NOTIFY)) {
		plan_gap(planner, service, LAYER_PHASE, HOST_SECCOMP_NOTIFY, true,
			service->endings[0].where, host_features[HOST_SECCOMP_NOTIFY].without);
		service->ending_count = 0;
	}
	if (service->ending_count > 1)
		qsort(service->endings, service->ending_count, sizeof(service->endings[0]),
			by_number);
}
