/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/resource.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

/* The first limit of a stack finds its file missing: nothing above has handed it down yet. */
static int put_limit(int folder, const struct plan_cgroup_limit *limit)
{
	int error = descriptor_put(folder, limit->file, "%s", limit->value);

	if (error != -ENOENT)
		return error;
	error = enforce_cgroup_hand_down(folder, limit->file);
	return error < 0 ? error : descriptor_put(folder, limit->file, "%s", limit->value);
}

int enforce_limit_cgroup(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	for (size_t i = 0; i < service->cgroup_limit_count; i++) {
		const struct plan_cgroup_limit *limit = &service->cgroup_limits[i];
		int error = put_limit(launch->cgroup, limit);

		if (error < 0)
			return fault(why, error, limit->where, "cannot set %s of '%s' to %s",
				limit->file, service->name, limit->value);
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
	return 0;
}
