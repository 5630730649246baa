/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

bool enforce_limits_disks(const struct plan_cgroup_limit *limit)
{
	return text_equal(limit->file, "io.max");
}

int enforce_limit_cgroup(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	for (size_t i = 0; i < service->cgroup_limit_count; i++) {
		const struct plan_cgroup_limit *limit = &service->cgroup_limits[i];
		int error = enforce_limits_disks(limit) ? 0
							: enforce_cgroup_limit(launch->cgroup,
								  limit->file, limit->value);

		if (error < 0)
			return fault(why, error, limit->where, "cannot set %s of '%s' to %s",
				limit->file, service->name, limit->value);
	}
	return 0;
}

/*
 * What the caller may have raised and no policy names.  The soft limit of the
 * stack decides how memory is laid out: without one addresses vary less.
 */
static int lower_inherited(struct enforce_launch *launch, struct fault *why)
{
	static const struct {
		int resource;
		rlim_t soft, hard;
	} limits[] = {
		{RLIMIT_STACK, 8 << 20, RLIM_INFINITY},
		{RLIMIT_MEMLOCK, 8 << 20, 8 << 20},
		{RLIMIT_RTPRIO, 0, 0},
		{RLIMIT_NICE, 0, 0},
		/* Counted for root of the host as well, who made the user namespace: a service
		 * that takes all leaves none to the host's daemons. */
		{RLIMIT_SIGPENDING, 1024, 1024},
		{RLIMIT_MSGQUEUE, 0, 0},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		__rlimit_resource_t resource = (__rlimit_resource_t)limits[i].resource;
		struct rlimit now;

		if (getrlimit(resource, &now) < 0)
			return fault(why, -errno, launch->service->where, "cannot read limits");
		if (now.rlim_max > limits[i].hard)
			now.rlim_max = limits[i].hard;
		if (now.rlim_cur > limits[i].soft)
			now.rlim_cur = limits[i].soft;
		if (setrlimit(resource, &now) < 0)
			return fault(why, -errno, launch->service->where,
				"cannot lower what the caller may use");
	}
	return 0;
}

/*
 * Watches of files are counted like pending signals, and by default root of the
 * host has 128 instances for all that he runs.  As with the other limits of the
 * user namespace, the host's procfs serves.
 */
int enforce_limit_watches(struct enforce_launch *launch, struct fault *why)
{
	static const struct {
		const char *file, *value;
	} limits[] = {{"max_inotify_instances", "16"}, {"max_inotify_watches", "8192"}};
	scoped(fd) int folder = open("/proc/sys/user", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		int error = folder < 0
				    ? -errno
				    : descriptor_put(folder, limits[i].file, "%s", limits[i].value);

		/* A kernel may be built without inotify. */
		if (error < 0 && error != -ENOENT)
			return fault(why, error, launch->service->where,
				"cannot set /proc/sys/user/%s", limits[i].file);
	}
	return 0;
}

int enforce_set_limits(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	for (size_t i = 0; i < service->rlimit_count; i++) {
		const struct plan_rlimit *limit = &service->rlimits[i];
		struct rlimit now;

		if (getrlimit((int)limit->resource, &now) < 0)
			return fault(
				why, -errno, limit->where, "cannot read limit %s", limit->name);
		/* Only CAP_SYS_RESOURCE of the host raises a hard limit: the lower one holds. */
		if (now.rlim_max > limit->value)
			now.rlim_max = limit->value;
		now.rlim_cur = now.rlim_max;
		if (setrlimit((int)limit->resource, &now) < 0)
			return fault(why, -errno, limit->where, "cannot set limit %s", limit->name);
	}
	return lower_inherited(launch, why);
}
