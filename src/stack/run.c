/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/run.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/foreground.h"
#include "stack/launch.h"
#include "stack/state.h"

static void say(const struct stack_run *run, const char *text)
{
	if (run->say)
		run->say(run->context, run->service->name, text);
}

/* The stack, when it is up with this very plan; else NULL, and why it cannot be joined. */
static const struct stack_state *running(
	const struct stack_run *run, struct arena *arena, const char **why)
{
	struct stack_state *state;

	*why = "the stack is not up: no network but its own loopback";
	if (stack_state_read(run->plan->stack, arena, &state, NULL) < 0)
		return NULL;
	*why = "the stack is up with another policy: no network but its own loopback";
	return plan_same(run->plan, state->plan) ? state : NULL;
}

/* Join what is up.  The descriptors are the caller's to close. */
static void join(const struct stack_run *run, struct plan_service *service,
	struct stack_launch_options *options, struct arena *arena)
{
	const char *alone;
	const struct stack_state *state = running(run, arena, &alone);
	const struct stack_member *live;

	if (state)
		options->run_folder = state->folder;
	if (!service->linked)
		return;
	live = state ? stack_state_service(state, service->name) : NULL;
	options->network = live ? stack_member_network(live) : -1;
	if (state && options->network < 0)
		options->router = stack_state_router(state);
	if (options->network >= 0 || options->router >= 0)
		return;
	service->linked = false;
	say(run, run->plan->edge_count + run->plan->publish_count == 0 && !plan_leaves(run->plan)
			 ? "no network but its own loopback"
			 : alone);
}

static int launch(const struct stack_run *run, const struct plan_service *service,
	const struct stack_launch_options *options, int *status, bool *not_executed,
	struct fault *why)
{
	struct stack_launched launched;
	int error = stack_launch(run->plan, service, options, &launched, why);

	if (error < 0) {
		*not_executed = stack_launch_not_executed(why);
		return error;
	}
	error = stack_foreground(&launched, status);
	stack_kill(run->plan, options->cgroup_name, NULL);
	stack_launched_close(&launched);
	return error < 0 ? fault(why, error, service->where, "cannot wait for '%s'", service->name)
			 : 0;
}

int stack_run(const struct stack_run *run, int *status, bool *not_executed, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_service service = *run->service;
	struct stack_launch_options options = {
		.without = run->without,
		.kill_after = run->kill_after,
		.network = -1,
		.router = -1,
		.cgroup_name = arena_printf(arena, "run-%s-%d", service.name, (int)getpid()),
		.foreground = true,
		.log_folder = -1,
		.exit_record = -1,
		.bring = run->bring,
		.command = run->command,
	};
	int error;

	*not_executed = false;
	join(run, &service, &options, arena);
	error = launch(run, &service, &options, status, not_executed, why);
	if (options.network >= 0)
		close(options.network);
	if (options.router >= 0)
		close(options.router);
	return error;
}
