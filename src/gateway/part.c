/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/part.h"

#include "base/fault.h"
#include "gateway/calls.h"
#include "plan/plan.h"

const struct enforce_own *gateway_own_of(enum gateway_part part, const struct plan *plan)
{
	if (part == GATEWAY_DOORS)
		return plan_publishes_datagrams(plan) ? &gateway_datagrams_own : &gateway_own;
	return plan_leaves_by_datagrams(plan, NULL) ? &outlet_datagrams_own : &outlet_own;
}

int gateway_fail(enum gateway_part part, int error, const char *what, struct fault *why)
{
	const char *name = part == GATEWAY_DOORS ? gateway_own.name : outlet_own.name;

	return fault(why, error, (struct where){0}, "%s: cannot %s", name, what);
}
