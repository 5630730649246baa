/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * System calls: numbers of our own, past what libseccomp knows (to the newest
 * of Linux 6.18 and beyond where assigned), and the groups that roles and
 * policies name.
 *
 * A group is never named like a call.  A group grants whole calls, or calls
 * under a condition on their arguments ("socket when the domain is AF_INET").
 * Only the calls of catalog_may_check() may carry a condition, so that hot
 * calls keep the kernel's constant-allow path.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum catalog_arch { CATALOG_X86_64, CATALOG_AARCH64, CATALOG_ARCH_COUNT };

/* The architecture this build runs on, and its AUDIT_ARCH_* value. */
enum catalog_arch catalog_native_arch(void);
uint32_t catalog_audit_arch(enum catalog_arch arch);
const char *catalog_arch_name(enum catalog_arch arch); /* "x86-64", "arm64" */

struct catalog_call {
	const char *name;
	int number[CATALOG_ARCH_COUNT]; /* -1: not on this architecture */
	bool implemented;               /* by Linux 6.18; else removed, never built or newer */
	bool never_innocent;            /* no honest service tries it */
};

/* By name, or by number on @arch; NULL when unknown. */
const struct catalog_call *catalog_call(const char *name);
const struct catalog_call *catalog_call_number(enum catalog_arch arch, uint32_t number);
const struct catalog_call *catalog_calls(size_t *count);

/*
 * The call that does what @name does on @arch: itself, or the newer one that stands in for it where
 * it has no number (arm64 has no rename, its libraries call renameat).  NULL when there is none.
 */
const struct catalog_call *catalog_call_on(enum catalog_arch arch, const char *name);

/* The newest number that the catalog knows on @arch: above it calls answer ENOSYS. */
uint32_t catalog_newest(enum catalog_arch arch);

/* A condition on one argument: (argument & mask) == value, or != when `differs`.
 * `wide`: all 64 bits are compared; else only the half that the kernel reads. */
struct catalog_condition {
	unsigned argument;
	bool wide, differs;
	uint64_t mask, value;
};

enum { CATALOG_CONDITIONS = 4 }; /* most conditions of one grant; all must hold */

struct catalog_grant {
	const char *call;
	unsigned condition_count; /* 0: whatever the arguments */
	struct catalog_condition conditions[CATALOG_CONDITIONS];
};

struct catalog_group {
	const char *name;     /* "process-creation" */
	const char *sentence; /* what it lets a service do */
	const struct catalog_grant *grants;
	size_t grant_count;
};

const struct catalog_group *catalog_group(const char *name);
const struct catalog_group *catalog_groups(size_t *count);

/* May rules for this call look at arguments? */
bool catalog_may_check(const char *call);
