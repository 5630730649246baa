/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

/* As with the other limits of the user namespace, the host's procfs serves. */
int enforce_limit_user(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	/* Without a user namespace of its own they would be everybody's. */
	if (enforce_leaves_out(launch, LAYER_IDENTITY))
		return 0;
	scoped(fd) int folder = open("/proc/sys/user", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < service->user_limit_count; i++) {
		const struct plan_user_limit *limit = &service->user_limits[i];
		int error = folder < 0
				    ? -errno
				    : descriptor_put(folder, limit->file, "%" PRIu64, limit->value);

		/* A kernel may be built without inotify. */
		if (error < 0 && error != -ENOENT)
			return fault(why, error, limit->where, "cannot set /proc/sys/user/%s",
				limit->file);
	}
	return 0;
}

/* Only CAP_SYS_RESOURCE of the host raises a hard limit: a lower one of the caller's holds. */
int enforce_set_limits(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	for (size_t i = 0; i < service->rlimit_count; i++) {
		const struct plan_rlimit *limit = &service->rlimits[i];
		__rlimit_resource_t resource = (__rlimit_resource_t)limit->resource;
		struct rlimit now = {
			limit->soft < limit->value ? limit->soft : limit->value, limit->value};

		if (setrlimit(resource, &now) == 0)
			continue;
		if (getrlimit(resource, &now) < 0)
			return fault(
				why, -errno, limit->where, "cannot read limit %s", limit->name);
		if (now.rlim_max > limit->value)
			now.rlim_max = limit->value;
		now.rlim_cur = limit->soft < now.rlim_max ? limit->soft : now.rlim_max;
		if (setrlimit(resource, &now) < 0)
			return fault(why, -errno, limit->where, "cannot set limit %s", limit->name);
	}
	return 0;
}
