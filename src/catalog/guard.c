/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/guard.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/text.h"

/* clang-format off */
#define NONE_OF(index, bits) {.argument = index, .mask = bits}
#define NOT(index, number)                                                                         \
	{.argument = index, .differs = true, .mask = 0xffffffff, .value = number}
#define ONE(name, circumstance, text, ...)                                                         \
	{                                                                                          \
		.call = #name, .when = CATALOG_GUARD_##circumstance, .sentence = text,             \
		.alternative_count = 1,                                                            \
		.alternatives = {{                                                                 \
			.condition_count = sizeof((struct catalog_condition[]){__VA_ARGS__}) /     \
				sizeof(struct catalog_condition),                                  \
			.conditions = {__VA_ARGS__},                                               \
		}},                                                                                \
	}

/* CLONE_NEWTIME is left out: its bit is part of clone's exit signal, only clone3 reads it. */
#define NAMESPACES                                                                                 \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
		CLONE_NEWCGROUP)
#define SET_ID (S_ISUID | S_ISGID)
#define SET_ID_TEXT "set-id bits"
/* Only with these does the kernel read a mode (fs/open.c, WILL_CREATE): else its register may hold
 * anything. */
#define CREATES (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))
#define OPENS(name, flags, mode)                                                                   \
	{                                                                                          \
		.call = #name, .when = CATALOG_GUARD_WRITES, .sentence = SET_ID_TEXT,              \
		.alternative_count = 2,                                                            \
		.alternatives = {                                                                  \
			{.condition_count = 1, .conditions = {NONE_OF(flags, CREATES)}},           \
			{.condition_count = 1, .conditions = {NONE_OF(mode, SET_ID)}},             \
		},                                                                                 \
	}
#define INIT_TEXT "the ids of its init"
#define CODE_TEXT "memory that is made executable"
#define SHARED_CODE 0100000 /* SHM_EXEC, which <sys/shm.h> hides */

static const struct catalog_guard guards[] = {
	ONE(clone, ALWAYS, "new namespaces", NONE_OF(0, NAMESPACES)),
	ONE(unshare, ALWAYS, "new user namespaces", NONE_OF(0, CLONE_NEWUSER)),
	ONE(ioctl, ALWAYS, "typing into a terminal", NOT(1, TIOCSTI), NOT(1, TIOCLINUX)),
	ONE(chmod, ALWAYS, SET_ID_TEXT, NONE_OF(1, SET_ID)),
	ONE(fchmod, ALWAYS, SET_ID_TEXT, NONE_OF(1, SET_ID)),
	ONE(fchmodat, ALWAYS, SET_ID_TEXT, NONE_OF(2, SET_ID)),
	ONE(fchmodat2, ALWAYS, SET_ID_TEXT, NONE_OF(2, SET_ID)),
	ONE(creat, ALWAYS, SET_ID_TEXT, NONE_OF(1, SET_ID)),
	ONE(mknod, ALWAYS, SET_ID_TEXT, NONE_OF(1, SET_ID)),
	ONE(mknodat, ALWAYS, SET_ID_TEXT, NONE_OF(2, SET_ID)),
	/* Opening is a hot call, and a file that lives in the service's own memory mounts
	 * (nosuid, gone with it) hurts nobody: looked at only where files stay behind. */
	OPENS(open, 1, 2),
	OPENS(openat, 2, 3),
	ONE(mprotect, NO_CODE, CODE_TEXT, NONE_OF(2, PROT_EXEC)),
	ONE(pkey_mprotect, NO_CODE, CODE_TEXT, NONE_OF(2, PROT_EXEC)),
	ONE(shmat, NO_CODE, CODE_TEXT, NONE_OF(2, SHARED_CODE)),
	/* Who changes to declared users might change to 0 as well, which is its init's id. */
	ONE(setuid, ALWAYS, INIT_TEXT, NOT(0, 0)),
	ONE(setgid, ALWAYS, INIT_TEXT, NOT(0, 0)),
	ONE(setreuid, ALWAYS, INIT_TEXT, NOT(0, 0), NOT(1, 0)),
	ONE(setregid, ALWAYS, INIT_TEXT, NOT(0, 0), NOT(1, 0)),
	ONE(setresuid, ALWAYS, INIT_TEXT, NOT(0, 0), NOT(1, 0), NOT(2, 0)),
	ONE(setresgid, ALWAYS, INIT_TEXT, NOT(0, 0), NOT(1, 0), NOT(2, 0)),
	ONE(setfsuid, ALWAYS, INIT_TEXT, NOT(0, 0)),
	ONE(setfsgid, ALWAYS, INIT_TEXT, NOT(0, 0)),
	/* Libraries are mapped executable and never writable. */
	{
		.call = "mmap", .when = CATALOG_GUARD_NO_CODE,
		.sentence = "memory that is writable and executable",
		.alternative_count = 2,
		.alternatives = {
			{.condition_count = 1, .conditions = {NONE_OF(2, PROT_WRITE)}},
			{.condition_count = 1, .conditions = {NONE_OF(2, PROT_EXEC)}},
		},
	},
};
/* clang-format on */

const struct catalog_guard *catalog_guard(const char *call, bool writes, bool no_code)
{
	const bool holds[] = {
		[CATALOG_GUARD_ALWAYS] = true,
		[CATALOG_GUARD_WRITES] = writes,
		[CATALOG_GUARD_NO_CODE] = no_code,
	};

	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
		if (holds[guards[i].when] && text_equal(guards[i].call, call))
			return &guards[i];
	return NULL;
}

const struct catalog_guard *catalog_guards(size_t *count)
{
	*count = sizeof(guards) / sizeof(guards[0]);
	return guards;
}
