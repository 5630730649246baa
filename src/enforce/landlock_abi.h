/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Landlock's interface with what the headers of Debian 12 lack; rights are in catalog/landlock.h.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct landlock_domain {
	uint64_t handled_files, handled_net, scoped;
};

struct landlock_beneath {
	uint64_t access;
	int32_t parent;
} __attribute__((packed));

struct landlock_port {
	uint64_t access, port;
};

enum { LANDLOCK_BENEATH = 1, LANDLOCK_PORT = 2 };

/* What this kernel knows; less than 1: no Landlock. */
static inline int landlock_abi(void)
{
	enum { ASK_VERSION = 1 };

	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
}

/* The kernel of an older ABI refuses what is longer than it knows: net came with 4, scopes with 6.
 */
static inline int landlock_create(const struct landlock_domain *domain, uint32_t abi)
{
	size_t size = abi >= 6   ? sizeof(*domain)
		      : abi >= 4 ? offsetof(struct landlock_domain, scoped)
				 : offsetof(struct landlock_domain, handled_net);

	return (int)syscall(SYS_landlock_create_ruleset, domain, size, 0);
}

static inline int landlock_add(int ruleset, int kind, const void *rule)
{
	return (int)syscall(SYS_landlock_add_rule, ruleset, kind, rule, 0);
}

static inline int landlock_enter(int ruleset)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}
