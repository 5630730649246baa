/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/landlock.h"
#include "enforce/landlock_abi.h"
#include "gateway/confine.h"
#include "gateway/part.h"
#include "plan/plan.h"

/* Of datagrams it has no rule, and asks nobody. */
static int allow(int ruleset, enum plan_transport transport, uint32_t first, uint32_t last)
{
	for (uint32_t number = first; transport == PLAN_TCP && number <= last; number++) {
		const struct landlock_port port = {CATALOG_LANDLOCK_CONNECT_TCP, number};

		if (landlock_add(ruleset, LANDLOCK_PORT, &port) < 0)
			return -1;
	}
	return 0;
}

/* -1 with errno. */
static int allow_doors(int ruleset, const struct plan *plan)
{
	int answer = 0;

	for (size_t i = 0; !answer && i < plan->publish_count; i++)
		answer = allow(ruleset, plan->publishes[i].transport, plan->publishes[i].port,
			plan->publishes[i].port);
	return answer;
}

static int allow_outside(int ruleset, const struct plan *plan)
{
	int answer = 0;

	for (size_t i = 0; !answer && i < plan->host_edge_count; i++)
		answer = allow(ruleset, plan->host_edges[i].transport, plan->host_edges[i].port,
			plan->host_edges[i].port);
	for (size_t i = 0; !answer && i < plan->outside_count; i++)
		answer = allow(ruleset, plan->outsides[i].transport, plan->outsides[i].first,
			plan->outsides[i].last);
	return answer;
}

static int allow_ports(int ruleset, enum gateway_part part, const struct plan *plan)
{
	return part == GATEWAY_DOORS ? allow_doors(ruleset, plan) : allow_outside(ruleset, plan);
}

/*
 * A client's own port is bound to, and may be any, so binding is left alone; the
 * outlet binds nothing.  Without Landlock the empty root and the filter, which
 * knows no open, remain.
 */
int gateway_landlock(enum gateway_part part, const struct plan *plan, struct fault *why)
{
	uint64_t net = part == GATEWAY_DOORS ? CATALOG_LANDLOCK_CONNECT_TCP : UINT64_MAX;
	int abi = landlock_abi();

	/* Where the plan found it, its absence now is a failure. */
	if (abi < 1 && plan->service_count && plan->services[0].landlock.used)
		return gateway_fail(part, -errno, "ask for its Landlock version", why);
	if (abi < 1)
		return 0;
	const struct landlock_domain domain = {
		.handled_files = catalog_landlock_files((unsigned)abi),
		.handled_net = catalog_landlock_net((unsigned)abi) & net,
		.scoped = catalog_landlock_scopes((unsigned)abi),
	};
	scoped(fd) int ruleset = landlock_create(&domain, (unsigned)abi);
	if (ruleset < 0)
		return gateway_fail(part, -errno, "make its Landlock rules", why);
	if (domain.handled_net && allow_ports(ruleset, part, plan) < 0)
		return gateway_fail(part, -errno, "allow a port by Landlock", why);
	return landlock_enter(ruleset) < 0
		       ? gateway_fail(part, -errno, "enter its Landlock domain", why)
		       : 0;
}
