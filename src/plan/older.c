/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/record.h"

enum { STOP_SECONDS = 10 };

/* What plans of version 1 did not say, where that is not nothing. */
static void say_what_held(struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		struct plan_service *service = &plan->services[i];

		service->base = service->base ? service->base : service->name;
		service->life.stop_signal = SIGTERM;
		service->life.stop_seconds = STOP_SECONDS;
		for (size_t j = 0; j < service->rlimit_count; j++)
			service->rlimits[j].soft = service->rlimits[j].value;
	}
}

/* Where they had none they were counted, service by service. */
static void number_budgets(struct plan *plan)
{
	for (size_t i = 0; i < plan->budget_count; i++) {
		struct plan_budget *budget = &plan->budgets[i];
		const struct plan_budget *last = i ? &plan->budgets[i - 1] : NULL;

		if (budget->number == 0)
			budget->number =
				last && text_equal(last->from, budget->from) ? last->number + 1 : 1;
	}
}

/* 0: it cannot be told.  No other member of that name stands before the plan's own. */
static uint32_t version_of(const char *json)
{
	const char *at = strstr(json, "\"version\":");
	uint32_t version = 0;

	return at && sscanf(at + strlen("\"version\":"), " %" SCNu32, &version) == 1 ? version : 0;
}

int plan_read_older(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why)
{
	struct plan *read = arena_alloc(arena, sizeof(*read));
	const uint32_t version = version_of(json);

	/* Before its fields, of which one may be new. */
	if (version > PLAN_VERSION)
		return fault_of(why, FAULT_UNSUPPORTED, -EPROTO, (struct where){name, 0, 0},
			"this is a plan of version %u; this program reads up to %d", version,
			PLAN_VERSION);
	int error = record_read_older(&plan_record, arena, name, json, length, read, why);

	*plan = read;
	if (error < 0)
		return error;
	if (read->version < 2)
		say_what_held(read);
	if (read->version < 3)
		read->network.host4 = plan_host4(read->network.prefix4, arena);
	number_budgets(read);
	read->version = PLAN_VERSION;
	return plan_check_read(read, name, why);
}
