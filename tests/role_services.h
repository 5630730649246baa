/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Every shipped role as a real service uses it, with that service's edges and
 * programs: the demo's policy, and tests/system/servers for the rest.
 */

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"
#include "plan/seccomp.h"

struct arena;
struct policy_service;

struct role_service {
	const char *role;
	bool forks, executes; /* what docs/roles.md says of it */
	const struct policy_service *from;
	struct plan_service plan; /* its system calls */
};

/* All roles, planned for @arch ("x86-64"), from the sources in $BULKHEAD_SOURCE; in @arena.
 * NULL when they cannot be read, with the reasons on stderr. */
struct role_service *role_services(const char *arch, struct arena *arena, size_t *count);

/* The filter of each, as of plan_seccomp(), in @arena; NULL when one cannot be compiled. */
struct plan_filter *role_filters(const struct role_service *services, size_t count,
	const struct plan_launch_addresses *launch, uint32_t refusal, struct arena *arena);
