/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/call.h"

#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * The rows in the order of their names and by number, made when first asked:
 * a plan of many services asks for every call of every service.
 */
enum { MOST_CALLS = 512, NUMBERS = 1024 };

static const struct catalog_call *by_name[MOST_CALLS];
static const struct catalog_call *by_number[CATALOG_ARCH_COUNT][NUMBERS];
static uint32_t newest[CATALOG_ARCH_COUNT];

static int compare_names(const void *left, const void *right)
{
	const struct catalog_call *const *one = left, *const *other = right;

	return strcmp((*one)->name, (*other)->name);
}

static void make_index(void)
{
	if (by_name[0])
		return;
	for (size_t i = 0; i < catalog_call_table_count; i++) {
		const struct catalog_call *call = &catalog_call_table[i];

		by_name[i] = call;
		for (int arch = 0; arch < CATALOG_ARCH_COUNT; arch++) {
			if (call->number[arch] < 0)
				continue;
			uint32_t number = (uint32_t)call->number[arch];
			by_number[arch][number] = call;
			newest[arch] = number > newest[arch] ? number : newest[arch];
		}
	}
	qsort(by_name, catalog_call_table_count, sizeof(by_name[0]), compare_names);
}

const struct catalog_call *catalog_call(const char *name)
{
	const struct catalog_call key = {.name = name}, *wanted = &key;

	if (!name)
		return NULL;
	make_index();
	const struct catalog_call **found = bsearch(
		&wanted, by_name, catalog_call_table_count, sizeof(by_name[0]), compare_names);
	return found ? *found : NULL;
}

const struct catalog_call *catalog_call_number(enum catalog_arch arch, uint32_t number)
{
	make_index();
	return number < NUMBERS ? by_number[arch][number] : NULL;
}

const struct catalog_call *catalog_calls(size_t *count)
{
	*count = catalog_call_table_count;
	return catalog_call_table;
}

uint32_t catalog_newest(enum catalog_arch arch)
{
	make_index();
	return newest[arch];
}

/* Calls whose arguments decide what they are: by flags, by modes with set-id bits (open and mknod
 * can create them), by memory that is to be executed (shared memory may be attached so). */
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
	"setfsgid",
	"setfsuid",
	"setgid",
	"setregid",
	"setresgid",
	"setresuid",
	"setreuid",
	"setsockopt",
	"setuid",
	"shmat",
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
