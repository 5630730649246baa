/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "gateway/confine.h"
#include "plan/plan.h"

/* The newest form of struct landlock_ruleset_attr; older kernels take its beginning. */
struct ruleset {
	uint64_t files, net, scopes;
};

struct port_rule {
	uint64_t access, port;
};

enum { ASK_VERSION = 1, RULE_PORT = 2, ABI_NET = 4, ABI_SCOPES = 6 };

static size_t ruleset_size(long abi)
{
	return abi >= ABI_SCOPES ? 3 * sizeof(uint64_t)
	       : abi >= ABI_NET  ? 2 * sizeof(uint64_t)
				 : sizeof(uint64_t);
}

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
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	struct ruleset ruleset = {0};
	scoped(fd) int fd = -1;

	if (abi < 1)
		return 0;
	ruleset.files = catalog_landlock_files((unsigned)abi);
	ruleset.net = catalog_landlock_net((unsigned)abi) & CATALOG_LANDLOCK_CONNECT_TCP;
	ruleset.scopes = catalog_landlock_scopes((unsigned)abi);
	fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, ruleset_size(abi), 0);
	if (fd < 0)
		return fail("make its Landlock rules", why);
	for (size_t i = 0; ruleset.net && i < plan->publish_count; i++) {
		struct port_rule rule = {CATALOG_LANDLOCK_CONNECT_TCP, plan->publishes[i].port};

		if (syscall(SYS_landlock_add_rule, fd, RULE_PORT, &rule, 0) < 0)
			return fail("allow a port by Landlock", why);
	}
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return fail("enter its Landlock domain", why);
	return 0;
}
