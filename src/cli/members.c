/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/members.h"

#include <errno.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/stacks.h"
#include "plan/plan.h"
#include "stack/state.h"

/* By the plan that it was launched by, which another may have followed. */
static int describe(const struct stack_state *state, struct arena *arena, struct cli_member *found,
	struct fault *why)
{
	if (!found->member)
		return 0;
	found->plan = stack_state_plan(state, found->member->generation, arena, why);
	if (!found->plan)
		return why->code < 0 ? why->code : -EIO;
	found->service = plan_service(found->plan, found->member->name);
	return found->service ? 0 : plan_no_service(found->plan, found->member->name, why);
}

/* "storefront.2" is one, "storefront" all of them. */
static int find(const char *name, const struct cli_stack *stack, struct cli_members *members,
	struct fault *why)
{
	const struct plan *plan = stack->state->plan;
	int error = 0;

	for (size_t i = 0; error == 0 && i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (!text_equal(service->name, name) && !text_equal(service->base, name))
			continue;
		struct cli_member *found =
			arena_append(stack->arena, &members->list, &members->count, sizeof(*found));
		*found = (struct cli_member){
			plan, service, stack_state_service(stack->state, service->name)};
		error = describe(stack->state, stack->arena, found, why);
	}
	return error;
}

int cli_members_find(const struct cli_options *options, const char *name, struct cli_stack *stack,
	struct cli_members *members)
{
	struct fault why = {0};
	int status = cli_stack_default(options, stack);

	*members = (struct cli_members){0};
	if (status == 0)
		status = cli_stack_state(options, stack);
	if (status)
		return status;
	if (find(name, stack, members, &why) < 0)
		return cli_fail(options, &why);
	if (members->count)
		return 0;
	plan_no_service(stack->state->plan, name, &why);
	why.code = 0;
	return cli_fail(options, &why);
}
