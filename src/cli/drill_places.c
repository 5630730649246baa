/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_places.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "cli/drill_stage.h"
#include "drill/launch.h"
#include "drill/place.h"
#include "drill/world.h"
#include "enforce/cgroup.h"
#include "enforce/connects.h"
#include "gateway/gateway.h"
#include "gateway/resolver_plan.h"
#include "gateway/resolver_process.h"
#include "plan/plan.h"
#include "stack/init.h"
#include "stack/launch.h"
#include "stack/privilege.h"

static int confine_gateway(void *context, struct fault *why)
{
	const struct cli_stage *stage = context;

	return gateway_confine(GATEWAY_DOORS, stage->plan, &stage->router, DRILL_REFUSAL, why);
}

int cli_drill_gateway(struct drill_world *world, const struct cli_stage *stage, struct arena *arena,
	struct drill_table *table, struct fault *why)
{
	const struct drill_place place = {
		.name = "gateway",
		.service = &stage->plan->services[0],
		.capabilities = UINT64_C(1) << CAP_NET_RAW,
		.confine = confine_gateway,
		.context = (void *)stage,
	};

	return drill_in_place(world, &place, arena, table, why);
}

struct outlet {
	const struct cli_stage *stage;
	int cgroup;
};

/* In a cgroup that is held as the outlet's own. */
static int confine_outlet(void *context, struct fault *why)
{
	const struct outlet *outlet = context;
	int error = descriptor_put(outlet->cgroup, "cgroup.procs", "0");

	if (error)
		return fault(why, error, outlet->stage->plan->where,
			"cannot enter the cgroup of the drill");
	return gateway_confine(
		GATEWAY_OUTLET, outlet->stage->plan, &outlet->stage->router, DRILL_REFUSAL, why);
}

int cli_drill_outlet(struct drill_world *world, const struct cli_stage *stage, struct arena *arena,
	struct drill_table *table, struct fault *why)
{
	const struct plan *plan = stage->plan;
	const char *group = arena_printf(arena, "drill-outlet.%d", (int)getpid());
	struct outlet outlet = {stage, enforce_cgroup_open(plan->stack, group, why)};
	const struct drill_place place = {
		.name = "outlet",
		.service = &plan->services[0],
		.confine = confine_outlet,
		.context = &outlet,
	};
	int error =
		outlet.cgroup < 0 ? outlet.cgroup : enforce_hold_connects(plan, outlet.cgroup, why);

	if (!error)
		error = drill_in_place(world, &place, arena, table, why);
	if (outlet.cgroup >= 0)
		close(outlet.cgroup);
	int removed = enforce_cgroup_remove(plan->stack, group, error ? NULL : why);
	return error ? error : removed;
}

/* The resolver, as the outlet; of what it serves there is nothing in a drill. */
struct resolver {
	const struct cli_stage *stage;
	const struct gateway_resolver_config *config;
	int cgroup;
};

static int confine_resolver(void *context, struct fault *why)
{
	const struct resolver *resolver = context;
	int error = descriptor_put(resolver->cgroup, "cgroup.procs", "0");

	if (error)
		return fault(why, error, resolver->stage->plan->where,
			"cannot enter the cgroup of the drill");
	return gateway_resolver_confine(
		resolver->config, &resolver->stage->router, DRILL_REFUSAL, why);
}

int cli_drill_resolver(struct drill_world *world, const struct cli_stage *stage,
	struct arena *arena, struct drill_table *table, struct fault *why)
{
	const struct plan *plan = stage->plan;
	const char *group = arena_printf(arena, "drill-resolver.%d", (int)getpid());
	struct resolver resolver = {stage, gateway_resolver_plan(plan, arena),
		enforce_cgroup_open(plan->stack, group, why)};
	const struct drill_place place = {
		.name = "resolver",
		.service = &plan->services[0],
		.confine = confine_resolver,
		.context = &resolver,
	};
	int error = resolver.cgroup < 0 ? resolver.cgroup
					: enforce_hold_upstream(plan, resolver.cgroup, why);

	if (!error)
		error = drill_in_place(world, &place, arena, table, why);
	if (resolver.cgroup >= 0)
		close(resolver.cgroup);
	int removed = enforce_cgroup_remove(plan->stack, group, error ? NULL : why);
	return error ? error : removed;
}

static int confine_supervisor(void *context, struct fault *why)
{
	const struct cli_stage *stage = context;

	return stack_confine_supervisor(stage->plan, stage->router.network, DRILL_REFUSAL, why);
}

int cli_drill_supervisor(struct drill_world *world, const struct cli_stage *stage,
	struct arena *arena, struct drill_table *table, struct fault *why)
{
	const struct drill_place place = {
		.name = "supervisor",
		.service = &stage->plan->services[0],
		.confine = confine_supervisor,
		.context = (void *)stage,
	};

	return drill_in_place(world, &place, arena, table, why);
}

struct init {
	const struct plan_service *service;
	int pidfd;
};

/* Into the namespaces of a waiting init, as the user that it is, then confined like it. */
static int confine_init(void *context, struct fault *why)
{
	const struct init *init = context;
	const int spaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			   CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;
	int status;

	if (setgroups(0, NULL) < 0 || setns(init->pidfd, spaces) < 0 || setresgid(0, 0, 0) < 0 ||
		setresuid(0, 0, 0) < 0)
		return fault(why, -errno, init->service->where,
			"cannot enter the namespaces of an init");
	/* Only a child is in the pid namespace; this process reports its end as its own. */
	pid_t child = fork();
	if (child < 0)
		return fault(why, -errno, init->service->where, "cannot fork");
	if (child > 0) {
		if (waitpid(child, &status, 0) != child)
			_exit(126);
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
	/* Killed for being late, the parent takes this one with it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fault(why, -errno, init->service->where, "cannot end with the drill");
	return stack_init_confine(init->service, -1, DRILL_REFUSAL, why);
}

int cli_drill_init(struct drill_world *world, const struct plan_service *service,
	struct arena *arena, struct drill_table *table, struct fault *why)
{
	struct stack_launched launched;
	int error = drill_hold(world, service, &launched, why);

	if (error)
		return error;
	struct init init = {service, launched.init_pidfd};
	const struct drill_place place = {
		.name = "init",
		.service = service,
		.capabilities = UINT64_C(1) << CAP_KILL,
		.confine = confine_init,
		.context = &init,
	};
	error = drill_in_place(world, &place, arena, table, why);
	int released = drill_release(world, service, &launched, error ? NULL : why);
	return error ? error : released;
}
