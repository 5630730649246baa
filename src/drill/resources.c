/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: taking more than its share. */
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "drill/call.h"

/* Raise a limit of its own above the plan's by one; the control's process dies with it. */
static int raise_limit(struct drill_context *context, int resource, unsigned long value)
{
	struct rlimit wanted = {value, value};

	return drill_done(drill_call(context, SYS_prlimit64, 0, resource, &wanted, NULL));
}

static int leave_core(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_CORE, 1);
}

static int raise_files(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_NOFILE, drill_number(context->first) + 1);
}

static int raise_processes(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_NPROC, drill_number(context->first) + 1);
}

static int exceed_files(struct drill_context *context)
{
	unsigned long most = drill_number(context->first);

	for (unsigned long made = 0; made <= most; made++) {
		long fd = drill_call(context, SYS_dup, 0);
		if (fd < 0)
			return (int)fd;
	}
	return 0;
}

/* Threads that end at once do not add up: each sleeps on one stack that nobody uses. */
static long add_thread(struct drill_context *context, char *top)
{
	const long flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
#ifdef __x86_64__
	long result;
	register long parent __asm__("r10") = 0;
	register long tls __asm__("r8") = 0;

	context->call = SYS_clone;
	/* The child must not return into this function: its stack is empty. */
	__asm__ volatile("syscall\n\t"
			 "test %%rax,%%rax\n\t"
			 "jnz 2f\n"
			 "1:\tmov %[pause],%%eax\n\t"
			 "syscall\n\t"
			 "jmp 1b\n"
			 "2:"
			 : "=a"(result)
			 : "0"((long)SYS_clone), "D"(flags), "S"(top), "d"(0L), "r"(parent),
			 "r"(tls), [pause] "i"(SYS_pause)
			 : "rcx", "r11", "memory");
	return result;
#else
	(void)top;
	(void)flags;
	context->call = SYS_clone;
	return DRILL_NOT_APPLICABLE;
#endif
}

static int exceed_processes(struct drill_context *context)
{
	static char stack[4096] __attribute__((aligned(16)));
	unsigned long most = drill_number(context->first);

	for (unsigned long made = 0; made <= most; made++) {
		long thread = add_thread(context, stack + sizeof(stack));
		if (thread < 0 || thread == DRILL_NOT_APPLICABLE)
			return (int)thread;
	}
	return 0;
}

const struct drill_attempt drill_resources[] = {
	{"leave-core", "leave its memory in a core file", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, leave_core},
	{"raise-files", "raise its limit of descriptors", DRILL_FILE_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_files},
	{"raise-processes", "raise its limit of processes", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_processes},
	{"exceed-files", "open more descriptors than its limit", DRILL_FILE_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_files},
	{"exceed-processes", "run more threads than its limit", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_processes},
};
DRILL_COUNT(resources);
