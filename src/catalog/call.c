/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/call.h"

#include <linux/audit.h>

#include "base/text.h"
#include "catalog/call_table.h"

static const struct {
	const char *name;
	uint32_t audit;
} arches[CATALOG_ARCH_COUNT] = {
	[CATALOG_X86_64] = {"x86-64", AUDIT_ARCH_X86_64},
	[CATALOG_AARCH64] = {"arm64", AUDIT_ARCH_AARCH64},
};

enum catalog_arch catalog_native_arch(void)
{
#if defined(__x86_64__)
	return CATALOG_X86_64;
#elif defined(__aarch64__)
	return CATALOG_AARCH64;
#else
#error "no system call table for this architecture"
#endif
}

uint32_t catalog_audit_arch(enum catalog_arch arch)
{
	return arches[arch].audit;
}

const char *catalog_arch_name(enum catalog_arch arch)
{
	return arches[arch].name;
}

const struct catalog_call *catalog_call(const char *name)
{
	for (size_t i = 0; i < catalog_call_table_count; i++)
		if (text_equal(catalog_call_table[i].name, name))
			return &catalog_call_table[i];
	return NULL;
}

const struct catalog_call *catalog_call_number(enum catalog_arch arch, uint32_t number)
{
	for (size_t i = 0; i < catalog_call_table_count; i++) {
		int known = catalog_call_table[i].number[arch];

		if (known >= 0 && (uint32_t)known == number)
			return &catalog_call_table[i];
	}
	return NULL;
}

const struct catalog_call *catalog_calls(size_t *count)
{
	*count = catalog_call_table_count;
	return catalog_call_table;
}

uint32_t catalog_newest(enum catalog_arch arch)
{
	int newest = 0;

	for (size_t i = 0; i < catalog_call_table_count; i++)
		if (catalog_call_table[i].number[arch] > newest)
			newest = catalog_call_table[i].number[arch];
	return (uint32_t)newest;
}

/* The design's list (section 4); "set-id bits" are those that open and mknod can create. */
static const char *const may_check[] = {
	"chmod",
	"clone",
	"creat",
	"fchmod",
	"fchmodat",
	"fchmodat2",
	"ioctl",
	"mknod",
	"mknodat",
	"mmap",
	"mprotect",
	"open",
	"openat",
	"personality",
	"pkey_mprotect",
	"prctl",
	"setsockopt",
	"socket",
	"socketpair",
	"unshare",
};

bool catalog_may_check(const char *call)
{
	for (size_t i = 0; i < sizeof(may_check) / sizeof(may_check[0]); i++)
		if (text_equal(may_check[i], call))
			return true;
	return false;
}
