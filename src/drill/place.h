/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Attempts in a process of bulkhead itself (the gateway, the init), which has
 * no program of its own to replace: in forks that confine themselves as that
 * process does.
 */

#include <stdint.h>

#include "drill/run.h"

struct drill_place {
	const char *name;                   /* "gateway" */
	const struct plan_service *service; /* whose needs it has (the init of one); never NULL */
	uint64_t capabilities;              /* that it holds by design, as a mask */
	int (*confine)(void *context, struct fault *why);
	void *context;
};

int drill_in_place(struct drill_world *world, const struct drill_place *place, struct arena *arena,
	struct drill_table *table, struct fault *why);
