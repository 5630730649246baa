/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/capabilities.h"
#include "enforce/landlock_abi.h"
#include "enforce/own.h"
#include "plan/plan.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define STREAM (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
#define OPTION(name)                                                                               \
	{                                                                                          \
		"getsockopt", {{1, SOL_SOCKET}, {2, name}}, 2                                      \
	}

/* Waiting, its two kinds of sockets, probes, the records that it was given, its log, memory. */
static const struct enforce_own_call calls[] = {
	{"accept4"},
	{"brk"},
	{"clock_gettime"},
	{"close"},
	{"connect"},
	{"exit"},
	{"exit_group"},
	{"futex"},
	{"getpeername"},
	OPTION(SO_ERROR),
	OPTION(SO_PEERCRED),
	{"lseek"},
	{"madvise"},
	{"mmap"},
	{"mprotect"},
	{"mremap"},
	{"munmap"},
	{"poll"},
	{"ppoll"},
	{"pread64"},
	{"read"},
	{"recvfrom"},
	{"recvmsg"},
	{"restart_syscall"},
	{"rt_sigprocmask"},
	{"rt_sigreturn"},
	/* These flags alone: fast open connects where Landlock does not look. */
	{"sendmsg", {{2, MSG_NOSIGNAL}}, 1},
	{"sendto", {{3, MSG_NOSIGNAL}}, 1},
	/* Nor does it look at streams of another protocol than TCP. */
	{"socket", {{0, AF_INET}, {1, STREAM}, {2, 0}}, 3},
	{"socket", {{0, AF_INET6}, {1, STREAM}, {2, 0}}, 3},
	{"write"},
};

/* An `up` moves one aside that is longer than a sixth of this (stack/log.c). */
enum { LONGEST_LOG = 64 * 1024 * 1024 };

static const struct where nowhere;

static int fail(int error, const char *what, struct fault *why)
{
	return fault(why, error, nowhere, "supervisor: cannot %s", what);
}

static int enter_network(int router, struct fault *why)
{
	if (setgroups(0, NULL) < 0)
		return fail(-errno, "leave the host's groups", why);
	if (router >= 0 ? setns(router, CLONE_NEWNET) < 0 : unshare(CLONE_NEWNET) < 0)
		return fail(-errno, "enter its network", why);
	return 0;
}

static int become(uint32_t id, struct fault *why)
{
	int error = enforce_bound(0);

	if (error < 0)
		return fail(error, "cut its bounding set", why);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS) < 0)
		return fail(-errno, "lock its secure bits", why);
	if (syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0)
		return fail(-errno, "take its own id", why);
	error = enforce_capset(0, 0);
	return error < 0 ? fail(error, "give up its capabilities", why) : 0;
}

static int limit(struct fault *why)
{
	const struct rlimit none = {0, 0}, log = {LONGEST_LOG, LONGEST_LOG};

	/* One that was taken over could fill the disk with its log. */
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_NPROC, &none) < 0 || setrlimit(RLIMIT_FSIZE, &log) < 0)
		return fail(-errno, "set its limits", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(-errno, "give up new privileges", why);
	/* Since 6.3. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return 0;
}

static bool allow_port(int ruleset, uint32_t number)
{
	const struct landlock_port port = {CATALOG_LANDLOCK_CONNECT_TCP, number};

	return number == 0 || landlock_add(ruleset, LANDLOCK_PORT, &port) == 0;
}

static bool allow_listens(int ruleset, const struct plan_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		for (uint32_t port = listen->first;
			listen->transport == PLAN_TCP && port <= listen->last; port++)
			if (!allow_port(ruleset, port))
				return false;
	}
	return true;
}

/* To probe them.  Which of these ports it reaches is for the router's table to say; those that
 * are not probed now may be after a `reload`. */
static int allow_ports(int ruleset, const struct plan *plan, struct fault *why)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_life *life = &plan->services[i].life;

		if (!allow_listens(ruleset, &plan->services[i]) ||
			!allow_port(ruleset, life->ready.port) ||
			!allow_port(ruleset, life->healthy.port))
			return fail(-errno, "allow a port by Landlock", why);
	}
	return 0;
}

/* Without Landlock the empty root and the filter, which knows no open, remain. */
static int enter_landlock(const struct plan *plan, struct fault *why)
{
	int abi = landlock_abi();

	/* Where the plan found it, its absence now is a failure. */
	if (abi < 1 && plan->service_count && plan->services[0].landlock.used)
		return fail(-errno, "ask for its Landlock version", why);
	if (abi < 1)
		return 0;
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files((unsigned)abi),
		.handled_net = catalog_landlock_net((unsigned)abi),
		.scoped = catalog_landlock_scopes((unsigned)abi),
	};
	scoped(fd) int ruleset = landlock_create(&domain, (unsigned)abi);
	if (ruleset < 0)
		return fail(-errno, "make its Landlock rules", why);
	int error = domain.handled_net ? allow_ports(ruleset, plan, why) : 0;
	if (error == 0 && landlock_enter(ruleset) < 0)
		error = fail(-errno, "enter its Landlock domain", why);
	return error;
}

int stack_confine_supervisor(
	const struct plan *plan, int router, unsigned refusal, struct fault *why)
{
	const struct enforce_own own = {
		"supervisor", nowhere, calls, sizeof(calls) / sizeof(calls[0])};
	int error = enforce_own_view(own.name, why);

	if (!error)
		error = enter_network(router, why);
	if (!error)
		error = become(plan->network.supervisor_id, why);
	if (!error)
		error = limit(why);
	if (!error)
		error = enter_landlock(plan, why);
	return error ? error : enforce_own_filter(&own, refusal, why);
}
