/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_stage.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/state.h"

static int open_router(struct cli_stage *stage, const struct stack_state *state, struct fault *why)
{
	bool linked = false;

	for (size_t i = 0; i < stage->plan->service_count; i++)
		linked = linked || stage->plan->services[i].linked;
	if (!linked)
		return 0;
	if (!stage->live)
		return enforce_network_router(stage->plan, &stage->router, why);
	stage->router.network = stack_state_router(state);
	if (stage->router.network >= 0)
		stage->router.user = ioctl(stage->router.network, NS_GET_USERNS);
	if (stage->router.user < 0)
		return fault(why, -ENOENT, stage->plan->where,
			"cannot find the router of stack '%s'", stage->plan->stack);
	return 0;
}

/* The namespace that the service's init is in; -ENOENT when it does not run. */
static int live_network(const struct stack_state *state, const char *service)
{
	const struct stack_member *member = stack_state_service(state, service);

	return member ? stack_member_network(member) : -ENOENT;
}

static int open_networks(
	struct cli_stage *stage, const struct stack_state *state, struct fault *why)
{
	for (size_t i = 0; i < stage->plan->service_count; i++) {
		const struct plan_service *service = &stage->plan->services[i];

		if (stage->live)
			stage->networks[i] = live_network(state, service->name);
		if (stage->networks[i] >= 0)
			continue;
		stage->networks[i] = -1;
		int error = enforce_network_service(
			stage->plan, service, stage->router.network, &stage->networks[i], why);
		if (error)
			return error;
	}
	return 0;
}

int cli_stage_open(const struct plan *plan, bool apart, struct arena *arena,
	struct cli_stage *stage, struct fault *why)
{
	struct stack_state *state = NULL;

	*stage = (struct cli_stage){.plan = plan, .router = {-1, -1}};
	if (!apart && stack_state_read(plan->stack, arena, &state, NULL) == 0 &&
		stack_member_alive(&state->supervisor)) {
		stage->live = true;
		stage->plan = state->plan;
		stage->run_folder = state->folder;
	}
	stage->networks =
		arena_alloc(arena, (stage->plan->service_count + 1) * sizeof(*stage->networks));
	for (size_t i = 0; i < stage->plan->service_count; i++)
		stage->networks[i] = -1;
	int error = open_router(stage, state, why);
	if (!error)
		error = open_networks(stage, state, why);
	if (error)
		cli_stage_close(stage);
	return error;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void cli_stage_close(struct cli_stage *stage)
{
	for (size_t i = 0; stage->networks && i < stage->plan->service_count; i++)
		close_one(&stage->networks[i]);
	close_one(&stage->router.network);
	close_one(&stage->router.user);
}
