/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: turning data into code. */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/statfs.h>

#include "drill/call.h"

#ifndef PR_GET_MDWE
#define PR_GET_MDWE 66 /* since Linux 6.3 */
#endif

enum { PAGE = 4096 };

/* Does the kernel itself refuse this process new code (memory-deny-write-execute)? */
static bool denies_code(void)
{
	long call = syscall(SYS_prctl, PR_GET_MDWE, 0UL, 0UL, 0UL, 0UL);

	return call > 0 && (call & 1);
}

/* The answer of a call that asked for code; EACCES under MDWE is that setting's answer. */
static int judge(struct drill_context *context, long result)
{
	if (result == -EACCES && denies_code())
		context->layer = LAYER_EXEC;
	return drill_done(result);
}

static long map(struct drill_context *context, int protection, int flags, int fd)
{
	return drill_call(context, SYS_mmap, 0UL, (unsigned long)PAGE, protection, flags, fd, 0UL);
}

static int map_writable_code(struct drill_context *context)
{
	return judge(context,
		map(context, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

static int make_data_code(struct drill_context *context)
{
	long at = map(context, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (at < 0)
		return (int)at;
	*(volatile char *)at = 1;
	return judge(context,
		drill_call(context, SYS_mprotect, at, (unsigned long)PAGE, PROT_READ | PROT_EXEC));
}

static int make_data_code_by_key(struct drill_context *context)
{
	long at = map(context, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (at < 0)
		return (int)at;
	*(volatile char *)at = 1;
	return judge(context, drill_call(context, SYS_pkey_mprotect, at, (unsigned long)PAGE,
				      PROT_READ | PROT_EXEC, -1));
}

static int map_written_file(struct drill_context *context)
{
	struct statfs place;
	unsigned char image[256];
	char path[256];

	drill_path(path, context->first, "code");
	int fd = drill_file(context, path, image, drill_program(image), 0700);
	if (fd < 0)
		return fd;
	long at = map(context, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	if (at < 0 && syscall(SYS_fstatfs, fd, &place) == 0 && (place.f_flags & 8 /* ST_NOEXEC */))
		context->layer = LAYER_VIEW;
	syscall(SYS_close, fd);
	drill_remove(path);
	return drill_done(at);
}

static int map_memory_file(struct drill_context *context)
{
	unsigned char image[256];
	size_t length = drill_program(image);
	long fd = drill_call(context, SYS_memfd_create, "drill", MFD_CLOEXEC);

	if (fd < 0)
		return (int)fd;
	long put = drill_call(context, SYS_write, (int)fd, image, length);
	if (put < 0)
		return (int)put;
	long at = map(context, PROT_READ | PROT_EXEC, MAP_PRIVATE, (int)fd);
	syscall(SYS_close, (int)fd);
	return judge(context, at);
}

static int ask_readable_is_code(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_personality, (unsigned long)READ_IMPLIES_EXEC));
}

/* /proc/self/mem writes to read-only code: past mprotect, past MDWE.  The byte is its own. */
static int rewrite_own_code(struct drill_context *context)
{
	const char *code = (const char *)(uintptr_t)&rewrite_own_code;
	int refused = drill_open(context, "/proc/self/mem", O_RDWR);

	if (refused)
		return refused;
	long fd =
		drill_call(context, SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	char same = *code;
	long put = drill_call(context, SYS_pwrite64, (int)fd, &same, 1UL, (long)(uintptr_t)code);
	syscall(SYS_close, (int)fd);
	return drill_done(put);
}

/* A page at address 0 turns the kernel's null pointers into the attacker's data. */
static int map_page_zero(struct drill_context *context)
{
	long at = drill_call(context, SYS_mmap, 0UL, (unsigned long)PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0UL);

	return drill_done(at);
}

const struct drill_attempt drill_memory[] = {
	{"map-writable-code", "map memory that is writable and executable", DRILL_NO_CODE,
		DRILL_MEMORY, LAYER_EXEC, false, map_writable_code},
	{"make-data-code", "make written memory executable", DRILL_NO_CODE, DRILL_MEMORY,
		LAYER_EXEC, false, make_data_code},
	{"make-data-code-by-key", "the same with a protection key", DRILL_NO_CODE, DRILL_MEMORY,
		LAYER_EXEC, false, make_data_code_by_key},
	{"map-written-file", "map a file that it wrote as code", DRILL_FOLDER, DRILL_MEMORY,
		LAYER_VIEW, false, map_written_file},
	{"map-uploaded", "map a file that it wrote to a declared folder as code",
		DRILL_DECLARED_WRITE, DRILL_MEMORY, LAYER_VIEW, false, map_written_file},
	{"map-memory-file", "map a memory file that it wrote as code", DRILL_NO_CODE, DRILL_MEMORY,
		LAYER_SECCOMP, false, map_memory_file},
	{"ask-readable-is-code", "make all readable memory executable by personality",
		DRILL_NOTHING, DRILL_MEMORY, LAYER_SECCOMP, false, ask_readable_is_code},
	{"rewrite-own-code", "write to its own code through /proc/self/mem", DRILL_NOTHING,
		DRILL_PATH, LAYER_VIEW, false, rewrite_own_code},
	{"map-page-zero", "map the page at address zero", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, map_page_zero},
};
DRILL_COUNT(memory);
