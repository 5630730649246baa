/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "gateway/calls.h"
#include "gateway/gateway.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static int fail(const char *what, struct fault *why)
{
	return fault(why, -errno, (struct where){0}, "gateway: cannot %s", what);
}

/* The network first: entering the user namespace gives up every right on the host. */
static int enter_router(const struct network_router *router, struct fault *why)
{
	if (setgroups(0, NULL) < 0)
		return fail("leave the host's groups", why);
	if (setns(router->network, CLONE_NEWNET) < 0)
		return fail("enter the router's network", why);
	if (setns(router->user, CLONE_NEWUSER) < 0)
		return fail("enter the router's user namespace", why);
	return 0;
}

/* One capability, in the router's user namespace: to use the address of a client. */
static int cut_capabilities(struct fault *why)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = 1U << CAP_NET_RAW, .permitted = 1U << CAP_NET_RAW}};

	if (syscall(SYS_capset, &header, data) < 0)
		return fail("cut its capabilities", why);
	return 0;
}

static int become(uint32_t id, struct fault *why)
{
	const unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			      SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			      SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	for (unsigned i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (i != CAP_NET_RAW && prctl(PR_CAPBSET_DROP, i) < 0)
			return fail("cut its bounding set", why);
	if (prctl(PR_SET_SECUREBITS, bits) < 0)
		return fail("lock its secure bits", why);
	if (syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0)
		return fail("take its own id", why);
	return cut_capabilities(why);
}

static int limit(struct fault *why)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
		setrlimit(RLIMIT_FSIZE, &none) < 0)
		return fail("set its limits", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail("give up new privileges", why);
	/* Since 6.3; nothing here makes memory executable, and no call that could is allowed. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return 0;
}

static int install_filter(unsigned refusal, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_filter filter = {0};
	struct sock_fprog program;
	int error = plan_seccomp(gateway_calls(arena), NULL, refusal, arena, &filter, why);

	if (error)
		return error;
	program = (struct sock_fprog){(unsigned short)filter.count, filter.instructions};
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return fail("install its filter", why);
	return 0;
}

int gateway_confine(const struct plan *plan, const struct network_router *router, unsigned refusal,
	struct fault *why)
{
	int error = gateway_view(why);

	if (!error)
		error = enter_router(router, why);
	if (!error)
		error = become(plan->network.gateway_id, why);
	if (!error)
		error = limit(why);
	if (!error)
		error = gateway_landlock(plan, why);
	return error ? error : install_filter(refusal, why);
}
