/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "plan/planner.h"

static void limit(struct planner *planner, struct plan_service *service, uint32_t resource,
	const char *name, uint64_t value, struct where where)
{
	struct plan_rlimit *rlimit = arena_append(
		planner->arena, &service->rlimits, &service->rlimit_count, sizeof(*rlimit));

	*rlimit = (struct plan_rlimit){resource, name, value, where};
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

	/*
	 * A core would hold the secrets.  One byte instead of none: the kernel ignores 0 where
	 * core_pattern names a program, which then gets all of it, but 1 means nobody gets any.
	 */
	limit(planner, service, RLIMIT_CORE, "core", 1, from->where);
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
