/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The filters of bulkhead's own processes (inits, gateways, supervisors): a
 * fixed table of calls each, compiled as those of a service are.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/where.h"

struct arena;
struct fault;
struct plan_service;

enum { ENFORCE_OWN_CHECKS = 3 };

/* An allowed call; the lower half of an argument is checked when its value is given. */
struct enforce_own_call {
	const char *name;
	struct {
		uint32_t argument;
		uint32_t value;
	} checks[ENFORCE_OWN_CHECKS];
	size_t count;
};

struct enforce_own {
	const char *name;
	struct where where;
	const struct enforce_own_call
		*calls; /* those that are not on this architecture are left out */
	size_t call_count;
};

/* A service made of these calls alone, for the compiler of filters. */
const struct plan_service *enforce_own_service(const struct enforce_own *own, struct arena *arena);

/* An own mount namespace, and IPC, UTS and cgroup namespaces with it, whose root is an empty,
 * read-only memory file system.  @name is what messages call the process. */
int enforce_own_view(const char *name, struct fault *why);

/* Compile, and install on the calling thread; what it refuses is answered with errno @refusal. */
int enforce_own_filter(const struct enforce_own *own, unsigned refusal, struct fault *why);
