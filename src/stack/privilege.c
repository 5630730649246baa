/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/capabilities.h"
#include "enforce/landlock_abi.h"
#include "enforce/own.h"
#include "plan/plan.h"
#include "stack/state.h"

/* Reading its records, waiting, signalling, writing to its log, and memory for that. */
static const struct enforce_own_call calls[] = {
	{"brk"},
	{"clock_gettime"},
	{"clock_nanosleep"},
	{"close"},
	{"exit"},
	{"exit_group"},
	{"fstat"},
	{"futex"},
	{"getpid"},
	{"lseek"},
	{"madvise"},
	{"mmap"},
	{"mprotect"},
	{"mremap"},
	{"munmap"},
	{"newfstatat"},
	{"openat"},
	{"pidfd_open"},
	{"pidfd_send_signal"},
	{"poll"},
	{"ppoll"},
	{"pread64"},
	{"read"},
	{"restart_syscall"},
	{"rt_sigprocmask"},
	{"rt_sigreturn"},
	{"wait4"},
	{"waitid"},
	{"write"},
};

static const struct where nowhere;

static int fail(int error, const char *what, struct fault *why)
{
	return fault(why, error, nowhere, "supervisor: cannot %s", what);
}

static int drop_capabilities(struct fault *why)
{
	const uint64_t keep = UINT64_C(1) << CAP_KILL;
	int error = enforce_bound(keep);

	if (error < 0)
		return fail(error, "cut its bounding set", why);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) < 0)
		return fail(-errno, "lock its secure bits", why);
	error = enforce_capset(keep, 0);
	if (error < 0)
		return fail(error, "cut its capabilities", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(-errno, "give up new privileges", why);
	return 0;
}

static int allow_reading(int ruleset, const char *path, struct fault *why)
{
	scoped(fd) int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct landlock_beneath rule = {
		CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_READ_DIR, folder};

	if (folder < 0 || landlock_add(ruleset, LANDLOCK_BENEATH, &rule) < 0)
		return fail(-errno, "allow a folder by Landlock", why);
	return 0;
}

/* Without Landlock the filter and the missing capabilities remain; `status` shows it. */
static int enter_landlock(const struct stack_state *state, struct fault *why)
{
	const struct plan *plan = state->plan;
	int abi = landlock_abi();

	/* Where the plan found it, its absence now is a failure. */
	if (abi < 1 && plan->service_count && plan->services[0].landlock.used)
		return fail(-errno, "ask for its Landlock version", why);
	if (abi < 1)
		return 0;
	/* No scopes: it signals processes that are outside its domain. */
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files((unsigned)abi),
		.handled_net = catalog_landlock_net((unsigned)abi),
	};
	scoped(fd) int ruleset = landlock_create(&domain, (unsigned)abi);
	if (ruleset < 0)
		return fail(-errno, "make its Landlock rules", why);
	int error = allow_reading(ruleset, state->folder, why);
	if (error == 0)
		error = allow_reading(ruleset, "/proc", why);
	if (error == 0 && landlock_enter(ruleset) < 0)
		error = fail(-errno, "enter its Landlock domain", why);
	return error;
}

int stack_drop_privileges(const struct stack_state *state, unsigned refusal, struct fault *why)
{
	const struct enforce_own own = {
		"supervisor", nowhere, calls, sizeof(calls) / sizeof(calls[0])};
	int error = drop_capabilities(why);

	if (error == 0)
		error = enter_landlock(state, why);
	return error ? error : enforce_own_filter(&own, refusal, why);
}
