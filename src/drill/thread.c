/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sched.h>

#include "drill/call.h"

#ifdef __x86_64__

/* The new thread must not return into C: it shares its stack with all others.  It waits by the one
 * call that every role grants: refused, it would go on asking. */
long drill_thread(struct drill_context *context)
{
	static int never; /* stays 0 */
	static char stack[4096] __attribute__((aligned(16)));
	const long flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	long result;
	register long parent __asm__("r10") = 0;
	register long tls __asm__("r8") = 0;
	register int *word __asm__("r9") = &never;

	context->call = SYS_clone;
	__asm__ volatile("syscall\n\t"
			 "test %%rax,%%rax\n\t"
			 "jnz 2f\n"
			 "1:\tmov %[futex],%%eax\n\t"
			 "mov %[word],%%rdi\n\t"
			 "xor %%esi,%%esi\n\t" /* wait */
			 "xor %%edx,%%edx\n\t"
			 "syscall\n\t"
			 "jmp 1b\n"
			 "2:"
			 : "=a"(result)
			 : "0"((long)SYS_clone), "D"(flags), "S"(stack + sizeof(stack)), "d"(0L),
			 "r"(parent), "r"(tls), [word] "r"(word), [futex] "i"(SYS_futex)
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
