/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/askers_program.h"

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "enforce/outside_program.h"
#include "enforce/program.h"
#include "plan/plan.h"

static void allow_range(
	struct enforce_program *program, const struct plan *plan, const char *range, bool wide)
{
	const struct plan_outside askers = {
		.range = range, .transport = PLAN_UDP, .first = 1, .last = UINT16_MAX};

	enforce_program_range(program, plan, &askers, wide);
}

/* Whoever has no address that a service may be shown. */
static void allow_own(struct enforce_program *program, const struct plan *plan, bool wide)
{
	const struct plan_network *network = &plan->network;

	allow_range(program, plan, network->router4, wide);
	allow_range(program, plan, network->router6, wide);
}

/* The same for all its doors of one family, once. */
static bool said_before(const struct plan *plan, size_t index)
{
	const struct plan_publish *publish = &plan->publishes[index];

	for (size_t i = 0; i < index; i++) {
		const struct plan_publish *other = &plan->publishes[i];

		if (other->transport == PLAN_UDP && other->source_count == 0 &&
			publish->source_count == 0 && text_equal(other->service, publish->service))
			return true;
	}
	return false;
}

void enforce_program_askers(struct enforce_program *program, const struct plan *plan,
	const struct plan_service *service, bool wide)
{
	bool any = false;

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport != PLAN_UDP || !text_equal(publish->service, service->name))
			continue;
		if (!any)
			allow_own(program, plan, wide);
		any = true;
		for (size_t j = 0; j < publish->source_count; j++)
			allow_range(program, plan, publish->sources[j].range, wide);
		if (publish->source_count || said_before(plan, i))
			continue;
		allow_range(program, plan, "0.0.0.0/0", wide);
		allow_range(program, plan, "::/0", wide);
	}
}
