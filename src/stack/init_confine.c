/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/capabilities.h"
#include "enforce/landlock_abi.h"
#include "enforce/own.h"
#include "plan/plan.h"
#include "stack/init.h"

/* Everything an init does from here on: log, signals, reaping, its own end. */
static const struct enforce_own_call calls[] = {
	{"read"},
	{"write"},
	{"openat"},
	{"close"},
	{"renameat"},
	{"renameat2"},
	{"fstat"},
	{"newfstatat"},
	{"poll"},
	{"ppoll"},
	{"wait4"},
	{"kill"},
	{"munmap"},
	{"rt_sigreturn"},
	{"restart_syscall"},
	{"exit"},
	{"exit_group"},
	/* Only to lay down the death signal when the launch is complete. */
	{"prctl", {{0, PR_SET_PDEATHSIG}}, 1},
	/* Calls that end when the service is ready: to see one and to let it through. */
	{"ioctl", {{1, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV}}, 1},
	{"ioctl", {{1, (uint32_t)SECCOMP_IOCTL_NOTIF_SEND}}, 1},
};

/* No scopes: it must signal the service, which is outside its domain. */
static int enter_domain(const struct plan_service *service, int log_folder, struct fault *why)
{
	uint32_t abi = service->landlock.abi;
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files(abi),
		.handled_net = catalog_landlock_net(abi),
	};
	const struct landlock_beneath log = {
		.access = (CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_READ_DIR |
				  CATALOG_LANDLOCK_MAKE_REG | CATALOG_LANDLOCK_REMOVE_FILE) &
			  domain.handled_files,
		.parent = log_folder,
	};

	if (!service->landlock.used)
		return 0;
	scoped(fd) int ruleset = landlock_create(&domain, abi);
	if (ruleset < 0 || (log_folder >= 0 && landlock_add(ruleset, LANDLOCK_BENEATH, &log) < 0) ||
		landlock_enter(ruleset) < 0)
		return fault(why, -errno, service->where, "init: cannot enter its domain");
	return 0;
}

int stack_init_confine(
	const struct plan_service *service, int log_folder, unsigned refusal, struct fault *why)
{
	const uint64_t keep = UINT64_C(1) << CAP_KILL;
	const struct enforce_own own = {
		"init", service->where, calls, sizeof(calls) / sizeof(calls[0])};
	int error;

	/* The bounding set was cut before, and means nothing to who can execute nothing. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		error = -errno;
	else
		error = enforce_capset(keep, 0);
	if (error < 0)
		return fault(why, error, service->where, "init: cannot cut its capabilities");
	error = enter_domain(service, log_folder, why);
	return error < 0 ? error : enforce_own_filter(&own, refusal, why);
}
