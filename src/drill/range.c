/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/range.h"

#include "plan/plan.h"

size_t drill_range(const struct plan_listen *listen, uint16_t ports[static DRILL_RANGE])
{
	size_t count = 0;

	if (listen->transport == PLAN_UNIX)
		return 0;
	for (uint32_t port = listen->first; port <= listen->last && count < DRILL_RANGE; port++)
		ports[count++] = (uint16_t)port;
	ports[count - 1] = (uint16_t)listen->last;
	return count;
}
