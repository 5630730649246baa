/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/launch.h"

#include <stdio.h>
#include <sys/wait.h>

#include "drill/verdict.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

void drill_launch_group(const struct drill_world *world, const struct plan_service *service,
	bool held, char group[static 96])
{
	snprintf(group, 96, "drill-%s%s.%d", held ? "hold-" : "", service->name, (int)world->drill);
}

static int network_of(const struct drill_world *world, const struct plan_service *service)
{
	return world->options->networks[service - world->plan->services];
}

int drill_launch(const struct drill_world *world, const struct plan_service *service,
	const char *group, char *const *command, struct stack_launched *launched, struct fault *why)
{
	const struct stack_launch_options options = {
		.without = world->options->without,
		.network = network_of(world, service),
		.router = world->options->router,
		.run_folder = world->options->run_folder,
		.cgroup_name = group,
		.foreground = true,
		.log_folder = -1,
		.exit_record = -1,
		.bring = world->options->payload,
		.command = command,
		.refusal = DRILL_REFUSAL,
		.scratch_secrets = true,
	};

	return stack_launch(world->plan, service, &options, launched, why);
}

int drill_hold(struct drill_world *world, const struct plan_service *service,
	struct stack_launched *launched, struct fault *why)
{
	char *const command[] = {DRILL_PROGRAM_PATH, "wait", NULL};
	char group[96];

	drill_launch_group(world, service, true, group);
	return drill_launch(world, service, group, command, launched, why);
}

int drill_release(struct drill_world *world, const struct plan_service *service,
	struct stack_launched *launched, struct fault *why)
{
	char group[96];

	drill_launch_group(world, service, true, group);
	int error = stack_kill(world->plan, group, why);
	stack_launched_close(launched);
	waitpid(launched->init, NULL, 0);
	return error;
}
