/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/arena.h"
#include "config.h"
#include "enforce/launch.h"
#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/launch_part.h"

static int *no_descriptors(struct arena *arena, size_t count)
{
	int *list = arena_alloc(arena, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = -1;
	return list;
}

struct enforce_launch stack_launch_new(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct arena *arena)
{
	return (struct enforce_launch){
		.plan = plan,
		.service = service,
		.arena = arena,
		/* Never of a service that works. */
		.without = BULKHEAD_TEST_BUILD || options->stand_ins ? options->without : 0,
		.stand_ins = options->stand_ins,
		.kill_after = BULKHEAD_TEST_BUILD ? options->kill_after : 0,
		.refusal = options->refusal ? options->refusal : EPERM,
		.scratch_secrets = options->scratch_secrets,
		.foreground = options->foreground,
		.run_folder = options->run_folder,
		.cgroup_name = options->cgroup_name,
		.bring = options->bring,
		.command = options->command,
		.enters = options->enters,
		.entered = options->entered,
		.entered_pid = options->entered_pid,
		.network = options->network,
		.router = options->router,
		.log_folder = options->foreground ? -1 : options->log_folder,
		.exit_record = options->exit_record,
		.cgroup = -1,
		.guard = GUARD_NONE,
		.home_network = -1,
		.sources = no_descriptors(arena, service->node_count),
		.trees = no_descriptors(arena, service->node_count),
		.secrets = arena_alloc(
			arena, (service->node_count + 1) * sizeof(struct enforce_bytes)),
		.bring_tree = -1,
		.proc_tree = -1,
		.standard = {-1, -1, -1},
		.log = -1,
		.init_pidfd = -1,
		.gate = {-1, -1},
		.status_pipe = {-1, -1},
		.root = -1,
		.ruleset = -1,
		.exec_pipe = {-1, -1},
		.init_pipe = {-1, -1},
		.phase_pair = {-1, -1},
		.phase_listener = -1,
		.notify = -1,
	};
}
