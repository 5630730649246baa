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

static int fail(const struct gateway_confinement *confinement, int error, const char *what,
	struct fault *why)
{
	return fault(why, error, (struct where){0}, "%s: cannot %s", confinement->own->name, what);
}

/*
 * The network first: entering the user namespace gives up every right on the host,
 * for who stays in the host's network, too.
 */
static int enter_router(const struct gateway_confinement *confinement,
	const struct enforce_network_router *router, struct fault *why)
{
	if (setgroups(0, NULL) < 0)
		return fail(confinement, -errno, "leave the host's groups", why);
	if (confinement->inside && setns(router->network, CLONE_NEWNET) < 0)
		return fail(confinement, -errno, "enter the router's network", why);
	if (setns(router->user, CLONE_NEWUSER) < 0)
		return fail(confinement, -errno, "enter the router's user namespace", why);
	return 0;
}

static int become(const struct gateway_confinement *confinement, struct fault *why)
{
	const unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			      SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			      SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	const uint32_t id = confinement->id;
	int error = enforce_bound(confinement->keep);

	if (error < 0)
		return fail(confinement, error, "cut its bounding set", why);
	if (prctl(PR_SET_SECUREBITS, bits) < 0)
		return fail(confinement, -errno, "lock its secure bits", why);
	if (syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0)
		return fail(confinement, -errno, "take its own id", why);
	error = enforce_capset(confinement->keep, 0);
	return error < 0 ? fail(confinement, error, "cut its capabilities", why) : 0;
}

static int limit(const struct gateway_confinement *confinement, struct fault *why)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
		setrlimit(RLIMIT_FSIZE, &none) < 0)
		return fail(confinement, -errno, "set its limits", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(confinement, -errno, "give up new privileges", why);
	/* Since 6.3; nothing here makes memory executable, and no call that could is allowed. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return 0;
}

int gateway_confine_process(const struct gateway_confinement *confinement,
	const struct enforce_network_router *router, struct fault *why)
{
	int error = enforce_own_view(confinement->own->name, why);

	if (!error)
		error = enter_router(confinement, router, why);
	if (!error)
		error = become(confinement, why);
	return error ? error : limit(confinement, why);
}

int gateway_confine(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, unsigned refusal, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	const bool doors = part == GATEWAY_DOORS;
	const struct gateway_confinement confinement = {
		.own = gateway_own_of(part, plan),
		.inside = doors,
		.id = doors ? network->gateway_id : network->outlet_id,
		/* One capability, in the router's user namespace: to use the address of a client.
		 */
		.keep = doors ? UINT64_C(1) << CAP_NET_RAW : 0,
	};
	int error = gateway_confine_process(&confinement, router, why);

	if (!error)
		error = gateway_landlock(part, plan, why);
	return error ? error : enforce_own_filter(confinement.own, refusal, why);
}
