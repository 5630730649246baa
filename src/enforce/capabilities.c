/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "plan/plan.h"

/* uid 0 gives nothing, changes of ids take nothing, and none of it can be changed. */
#define LOCKED_BITS                                                                                \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                           \
		SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |                          \
		SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

enum { MOST_CAPABILITIES = 64 };

uint64_t enforce_capability_set(const struct plan_service *service)
{
	uint64_t set = 0;

	for (size_t i = 0; i < service->capability_count; i++)
		set |= UINT64_C(1) << service->capabilities[i].number;
	return set;
}

int enforce_capset(uint64_t effective, uint64_t inheritable)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = data[i].permitted = (uint32_t)(effective >> 32 * i);
		data[i].inheritable = (uint32_t)(inheritable >> 32 * i);
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int enforce_bound(uint64_t keep)
{
	for (unsigned number = 0; number < MOST_CAPABILITIES; number++) {
		if (keep >> number & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0)
			continue;
		int error = -errno;
		/* The first number that this kernel does not have: it cannot tell of it either. */
		bool unknown = error == -EINVAL && number > CAP_AUDIT_READ &&
			       prctl(PR_CAPBSET_READ, number) < 0;
		return unknown ? 0 : error;
	}
	return 0;
}

/* Then setresuid() takes none of those needed to finish the launch. */
int enforce_keep_through_ids(struct enforce_launch *launch, struct fault *why)
{
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0)
		return fault(
			why, -errno, launch->service->identity.where, "cannot set the securebits");
	return 0;
}

/* What it holds: without a user namespace of its own that is what the caller has. */
static int capget_permitted(uint64_t *permitted)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	*permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

/*
 * With the layer left out the service keeps everything, as a program does that
 * nobody confines: a user of its own would lose all by the exec alone.
 */
int enforce_keep_capabilities(struct enforce_launch *launch, struct fault *why)
{
	uint64_t all = 0;

	if (!enforce_leaves_out(launch, LAYER_CAPABILITIES))
		return 0;
	int error = capget_permitted(&all);
	if (error == 0)
		error = enforce_capset(all, all);
	for (unsigned number = 0; error == 0 && number < MOST_CAPABILITIES; number++)
		if (all >> number & 1 &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
			error = -errno;
	if (error < 0)
		return fault(why, error, launch->service->where, "cannot keep the capabilities");
	return 0;
}

/* Once for both, as each number takes a call: the init keeps CAP_KILL, which the service then
 * drops as well. */
int enforce_bound_capabilities(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	int error = enforce_bound(enforce_capability_set(service) | UINT64_C(1) << CAP_KILL);

	if (error < 0)
		return fault(why, error, service->identity.where, "cannot bound the capabilities");
	return 0;
}

int enforce_bound_last(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	if (enforce_capability_set(service) >> CAP_KILL & 1)
		return 0;
	if (prctl(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0) < 0)
		return fault(why, -errno, service->identity.where, "cannot bound the capabilities");
	return 0;
}

int enforce_cut_capabilities(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	struct where where =
		service->capability_count ? service->capabilities[0].where : service->where;
	uint64_t keep = enforce_capability_set(service);
	int error = enforce_capset(keep | UINT64_C(1) << CAP_SETPCAP, keep);

	if (error < 0)
		return fault(why, error, where, "cannot cut the capabilities");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return fault(why, -errno, where, "cannot clear the ambient capabilities");
	/* Ambient, as the program has no file capabilities and is not root. */
	for (size_t i = 0; i < service->capability_count; i++)
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, service->capabilities[i].number, 0,
			    0) < 0)
			return fault(why, -errno, service->capabilities[i].where, "cannot keep %s",
				service->capabilities[i].name);
	if (prctl(PR_SET_SECUREBITS, LOCKED_BITS, 0, 0, 0) < 0)
		return fault(why, -errno, where, "cannot lock the securebits");
	error = enforce_capset(keep, keep);
	if (error < 0)
		return fault(why, error, where, "cannot drop CAP_SETPCAP");
	return 0;
}

int enforce_no_new_privileges(struct enforce_launch *launch, struct fault *why)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fault(why, -errno, launch->service->where, "cannot set no_new_privs");
	return 0;
}
