/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/launch.h"

#include <stdio.h>
#include <sys/wait.h>

#include "drill/verdict.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

/* Where the payload is brought: into the view, or without one into the host's tree. */
#define PROGRAM_PATH "/run/bring/bulkhead-drill"
#define HOST_PROGRAM_PATH "/mnt/bring/bulkhead-drill"

void drill_launch_group(const struct drill_world *world, const struct plan_service *service,
	bool held, char group[static 96])
{
	snprintf(group, 96, "drill-%s%s.%d", held ? "hold-" : "", service->name, (int)world->drill);
}

static bool lacks(const struct drill_world *world, enum layer layer)
{
	return (world->without >> layer & 1) != 0;
}

/* Without the layer it is in no network of the host's, nor of a stack's that runs. */
static int network_of(const struct drill_world *world, const struct plan_service *service)
{
	if (lacks(world, LAYER_NETWORK))
		return world->everywhere;
	return world->options->networks[service - world->plan->services];
}

int drill_launch(const struct drill_world *world, const struct plan_service *service,
	const char *group, const char **words, struct stack_launched *launched, struct fault *why)
{
	words[0] = lacks(world, LAYER_VIEW) ? HOST_PROGRAM_PATH : PROGRAM_PATH;
	const struct stack_launch_options options = {
		.without = world->without,
		.stand_ins = world->options->apart ? &world->stand_ins : NULL,
		.network = network_of(world, service),
		.router = world->options->router,
		.run_folder = world->run_folder,
		.cgroup_name = group,
		.foreground = true,
		.log_folder = -1,
		.exit_record = -1,
		.bring = world->options->payload,
		.command = (char *const *)words,
		.refusal = DRILL_REFUSAL,
		.scratch_secrets = true,
	};

	return stack_launch(world->plan, service, &options, launched, why);
}

int drill_hold(struct drill_world *world, const struct plan_service *service,
	struct stack_launched *launched, struct fault *why)
{
	const char *words[] = {NULL, "wait", NULL};
	char group[96];

	drill_launch_group(world, service, true, group);
	return drill_launch(world, service, group, words, launched, why);
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
