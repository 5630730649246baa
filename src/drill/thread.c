/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sched.h>

#include "drill/call.h"

#ifdef __x86_64__

/* The new thread must not return into C: it shares its stack with all others, and pauses. */
long drill_thread(struct drill_context *context)
{
	static char stack[4096] __attribute__((aligned(16)));
	const long flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	long result;
	register long parent __asm__("r10") = 0;
	register long tls __asm__("r8") = 0;

	context->call = SYS_clone;
	__asm__ volatile("syscall\n\t"
			 "test %%rax,%%rax\n\t"
			 "jnz 2f\n"
			 "1:\tmov %[pause],%%eax\n\t"
			 "syscall\n\t"
			 "jmp 1b\n"
			 "2:"
			 : "=a"(result)
			 : "0"((long)SYS_clone), "D"(flags), "S"(stack + sizeof(stack)), "d"(0L),
			 "r"(parent), "r"(tls), [pause] "i"(SYS_pause)
			 : "rcx", "r11", "memory");
	return result;
}

#else

long drill_thread(struct drill_context *context)
{
	context->call = SYS_clone;
	return DRILL_NOT_APPLICABLE;
}

#endif
