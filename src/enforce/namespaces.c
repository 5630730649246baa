/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/namespace.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/network.h"
#include "plan/plan.h"

/*
 * Owned by the host's user namespace: the service can change nothing in it.  With
 * the layer left out it stays where its launcher is, or is put where it is told.
 */
int enforce_make_network(struct enforce_launch *launch, struct fault *why)
{
	if (launch->network < 0 && enforce_leaves_out(launch, LAYER_NETWORK))
		return 0;
	launch->home_network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (launch->home_network < 0)
		return fault(why, -errno, launch->service->where, "cannot open /proc/self/ns/net");
	if (launch->network >= 0)
		return 0;
	int error = enforce_network_service(
		launch->plan, launch->service, launch->router, &launch->network, why);
	launch->network_made = error == 0;
	return error;
}

/*
 * Made here and not by the clone, which would take the launcher's cgroup as the
 * root: so /proc/self/cgroup says "/" inside.
 */
int enforce_own_cgroup_namespace(struct enforce_launch *launch, struct fault *why)
{
	if (unshare(CLONE_NEWCGROUP) < 0)
		return fault(why, -errno, launch->service->where, "cannot make a cgroup namespace");
	return 0;
}

/*
 * No further namespaces of any kind, however they are asked for: no filter
 * sees the flags of clone3.  The files are those of the opener's own user
 * namespace, so the host's procfs serves; /proc is still the host's here.
 */
int enforce_limit_namespaces(struct enforce_launch *launch, struct fault *why)
{
	struct where where = launch->service->where;
	size_t count;
	const struct catalog_namespace *kinds = catalog_namespaces(&count);
	scoped(fd) int folder = open("/proc/sys/user", O_PATH | O_DIRECTORY | O_CLOEXEC);

	/* A policy may accept that there are no limits (`accept-missing`).  Without a user
	 * namespace of its own they would be the host's. */
	if (!launch->service->namespaces_held || enforce_leaves_out(launch, LAYER_IDENTITY))
		return 0;
	if (folder < 0)
		return fault(why, -errno, where, "cannot open /proc/sys/user");
	for (size_t i = 0; i < count; i++) {
		int error = descriptor_put_kept(folder, kinds[i].limit, "0");

		/* Time namespaces came with 5.6 and may be left out of a kernel. */
		if (error == -ENOENT && !kinds[i].own)
			continue;
		if (error < 0)
			return fault(why, error, where, "cannot set /proc/sys/user/%s to 0",
				kinds[i].limit);
	}
	return 0;
}

int enforce_name_host(struct enforce_launch *launch, struct fault *why)
{
	const char *name = launch->service->name;

	if (sethostname(name, strlen(name)) < 0 || setdomainname("", 0) < 0)
		return fault(why, -errno, launch->service->where, "cannot set the host name");
	return 0;
}
