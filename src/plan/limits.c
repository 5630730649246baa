/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "plan/planner.h"

/*
 * What no policy names and a caller may have raised.  The soft limit of the
 * stack decides how memory is laid out: without one addresses vary less.
 */
static const struct plan_rlimit ceilings[] = {
	/*
	 * A core would hold the secrets.  One byte instead of none: the kernel ignores 0 where
	 * core_pattern names a program, which then gets all of it, but 1 means nobody gets any.
	 */
	{.resource = RLIMIT_CORE, .name = "core", .value = 1, .soft = 1},
	{.resource = RLIMIT_STACK, .name = "stack", .value = UINT64_MAX, .soft = 8 << 20},
	{.resource = RLIMIT_MEMLOCK, .name = "memlock", .value = 8 << 20, .soft = 8 << 20},
	{.resource = RLIMIT_RTPRIO, .name = "rtprio"},
	{.resource = RLIMIT_NICE, .name = "nice"},
	/* Counted for root of the host as well, who made the user namespace: a service that takes
	 * all leaves none to the host's daemons. */
	{.resource = RLIMIT_SIGPENDING, .name = "sigpending", .value = 1024, .soft = 1024},
	{.resource = RLIMIT_MSGQUEUE, .name = "msgqueue"},
};

/* Watches of files are counted like pending signals, and by default root of the host has 128
 * instances for all that he runs. */
static const struct plan_user_limit user_ceilings[] = {
	{.file = "max_inotify_instances", .value = 16},
	{.file = "max_inotify_watches", .value = 8192},
};

void plan_ceilings(struct arena *arena, struct plan_service *service, struct where where)
{
	for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
		struct plan_rlimit *rlimit = arena_append(
			arena, &service->rlimits, &service->rlimit_count, sizeof(*rlimit));

		*rlimit = ceilings[i];
		rlimit->where = where;
	}
	for (size_t i = 0; i < sizeof(user_ceilings) / sizeof(user_ceilings[0]); i++) {
		struct plan_user_limit *limit = arena_append(
			arena, &service->user_limits, &service->user_limit_count, sizeof(*limit));

		*limit = user_ceilings[i];
		limit->where = where;
	}
}

static void limit(struct planner *planner, struct plan_service *service, uint32_t resource,
	const char *name, uint64_t value, struct where where)
{
	struct plan_rlimit *rlimit = arena_append(
		planner->arena, &service->rlimits, &service->rlimit_count, sizeof(*rlimit));

	*rlimit = (struct plan_rlimit){resource, name, value, value, where};
}

/* A cgroup limit where the controller is there; a gap that stops the launch where it is not. */
static void limit_cgroup(struct planner *planner, struct plan_service *service,
	enum host_feature controller, bool required, const struct policy_number *given,
	const char *file, const char *value)
{
	if (!given->where.file)
		return;
	if (!host_has(planner->host, controller)) {
		plan_gap(planner, service, LAYER_RESOURCES, controller, required, given->where,
			host_features[controller].without);
		return;
	}
	struct plan_cgroup_limit *cgroup_limit = arena_append(planner->arena,
		&service->cgroup_limits, &service->cgroup_limit_count, sizeof(*cgroup_limit));
	*cgroup_limit = (struct plan_cgroup_limit){file, value, given->where};
}

void plan_limits(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	const struct policy_limits *limits = &from->limits;
	struct arena *arena = planner->arena;

	plan_ceilings(arena, service, from->where);
	if (limits->files.where.file)
		limit(planner, service, RLIMIT_NOFILE, "nofile", limits->files.value,
			limits->files.where);
	/* Always enforced: counted per user of the service's own user namespace (Linux 5.14). */
	if (limits->processes.where.file)
		limit(planner, service, RLIMIT_NPROC, "nproc", limits->processes.value,
			limits->processes.where);
	limit_cgroup(planner, service, HOST_CGROUP_PIDS, false, &limits->processes, "pids.max",
		/* One more: the service's init. */
		arena_printf(arena, "%" PRIu64, limits->processes.value + 1));
	limit_cgroup(planner, service, HOST_CGROUP_MEMORY, true, &limits->memory, "memory.max",
		arena_printf(arena, "%" PRIu64, limits->memory.value));
	limit_cgroup(planner, service, HOST_CGROUP_CPU, true, &limits->cpu, "cpu.max",
		arena_printf(arena, "%" PRIu64 " 100000", limits->cpu.value * 100));
	/* For each disk that its files lie on: the launch knows which. */
	limit_cgroup(planner, service, HOST_CGROUP_IO, true, &limits->io, "io.max",
		arena_printf(arena, "rbps=%" PRIu64 " wbps=%" PRIu64, limits->io.value,
			limits->io.value));
}
