/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "enforce/capabilities.h"
#include "enforce/network.h"
#include "gateway/gateway.h"
#include "gateway/part.h"
#include "plan/plan.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/*
 * The network first: entering the user namespace gives up every right on the host,
 * for the outlet too, which stays in the host's network.
 */
static int enter_router(
	enum gateway_part part, const struct enforce_network_router *router, struct fault *why)
{
	if (setgroups(0, NULL) < 0)
		return gateway_fail(part, -errno, "leave the host's groups", why);
	if (part == GATEWAY_DOORS && setns(router->network, CLONE_NEWNET) < 0)
		return gateway_fail(part, -errno, "enter the router's network", why);
	if (setns(router->user, CLONE_NEWUSER) < 0)
		return gateway_fail(part, -errno, "enter the router's user namespace", why);
	return 0;
}

static int become(enum gateway_part part, uint32_t id, uint64_t keep, struct fault *why)
{
	const unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			      SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			      SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	int error = enforce_bound(keep);

	if (error < 0)
		return gateway_fail(part, error, "cut its bounding set", why);
	if (prctl(PR_SET_SECUREBITS, bits) < 0)
		return gateway_fail(part, -errno, "lock its secure bits", why);
	if (syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0)
		return gateway_fail(part, -errno, "take its own id", why);
	error = enforce_capset(keep, 0);
	return error < 0 ? gateway_fail(part, error, "cut its capabilities", why) : 0;
}

static int limit(enum gateway_part part, struct fault *why)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
		setrlimit(RLIMIT_FSIZE, &none) < 0)
		return gateway_fail(part, -errno, "set its limits", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return gateway_fail(part, -errno, "give up new privileges", why);
	/* Since 6.3; nothing here makes memory executable, and no call that could is allowed. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return 0;
}

int gateway_confine(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, unsigned refusal, struct fault *why)
{
	/* One capability, in the router's user namespace: to use the address of a client. */
	const uint64_t keep = part == GATEWAY_DOORS ? UINT64_C(1) << CAP_NET_RAW : 0;
	const struct plan_network *network = &plan->network;
	int error = enforce_own_view(gateway_own_of(part)->name, why);

	if (!error)
		error = enter_router(part, router, why);
	if (!error)
		error = become(part,
			part == GATEWAY_DOORS ? network->gateway_id : network->outlet_id, keep,
			why);
	if (!error)
		error = limit(part, why);
	if (!error)
		error = gateway_landlock(part, plan, why);
	return error ? error : enforce_own_filter(gateway_own_of(part), refusal, why);
}
