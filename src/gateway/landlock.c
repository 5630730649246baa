/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/landlock_abi.h"
#include "gateway/confine.h"
#include "plan/plan.h"

static int fail(const char *what, struct fault *why)
{
	return fault(why, -errno, (struct where){0}, "gateway: cannot %s", what);
}

/*
 * A client's own port is bound to, and may be any, so binding is left alone.
 * Without Landlock the empty root and the filter, which knows no open, remain.
 */
int gateway_landlock(const struct plan *plan, struct fault *why)
{
	int abi = landlock_abi();

	/* Where the plan found it, its absence now is a failure. */
	if (abi < 1 && plan->service_count && plan->services[0].landlock.used)
		return fail("ask for its Landlock version", why);
	if (abi < 1)
		return 0;
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files((unsigned)abi),
		.handled_net = catalog_landlock_net((unsigned)abi) & CATALOG_LANDLOCK_CONNECT_TCP,
		.scoped = catalog_landlock_scopes((unsigned)abi),
	};
	scoped(fd) int ruleset = landlock_create(&domain, (unsigned)abi);
	if (ruleset < 0)
		return fail("make its Landlock rules", why);
	for (size_t i = 0; domain.handled_net && i < plan->publish_count; i++) {
		const struct landlock_port port = {
			CATALOG_LANDLOCK_CONNECT_TCP, plan->publishes[i].port};

		if (landlock_add(ruleset, LANDLOCK_PORT, &port) < 0)
			return fail("allow a port by Landlock", why);
	}
	return landlock_enter(ruleset) < 0 ? fail("enter its Landlock domain", why) : 0;
}
