/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: entering the kernel by another door, past a filter that watches only the front. */
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drill/call.h"

#ifdef __x86_64__

/*
 * A call of the i386 table.  It sees the lower half of a pointer: whole in the payload, which is
 * linked below 4 GiB; elsewhere EFAULT says that the kernel went to look.
 */
static long call_i386(struct drill_context *context, long number, long first, const void *second)
{
	long result;

	context->call = number;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "0"(number), "b"(first), "c"(second), "d"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static int enter_i386(struct drill_context *context)
{
	return drill_done(call_i386(context, 20 /* getpid */, 0, NULL));
}

static int open_i386(struct drill_context *context)
{
	static const char path[] = "/etc/passwd";

	return drill_reached(
		call_i386(context, 5 /* open */, (long)(uintptr_t)path, NULL /* O_RDONLY */),
		EFAULT);
}

/* Filters that refuse a socket family by socket(2) forget that i386 has one call for all. */
static int socket_i386(struct drill_context *context)
{
	static const unsigned arguments[] = {AF_VSOCK, SOCK_STREAM, 0};

	return drill_reached(
		call_i386(context, 102 /* socketcall */, 1 /* socket */, arguments), EFAULT);
}

static int enter_x32(struct drill_context *context)
{
	return drill_done(drill_call(context, 0x40000000L | SYS_getpid));
}

static int execute_x32(struct drill_context *context)
{
	return drill_reached(drill_call(context, 0x40000000L | 520 /* execve */,
				     "/bulkhead-drill-none", NULL, NULL),
		ENOENT);
}

#else

static int enter_i386(struct drill_context *context)
{
	(void)context;
	return DRILL_NOT_APPLICABLE;
}

#define open_i386 enter_i386
#define socket_i386 enter_i386
#define enter_x32 enter_i386
#define execute_x32 enter_i386

#endif

/* The kernel reads half of an int argument; a filter that compares all of it is passed by junk. */
static int junk_socket(struct drill_context *context)
{
	long fd = drill_call(context, SYS_socket, 0x5a5a5a5a00000000L | AF_PACKET,
		0x5a5a5a5a00000000L | SOCK_RAW, 0L);

	return drill_done(fd);
}

/* So it is with the number: the kernel reads half of it. */
static int junk_number(struct drill_context *context)
{
	long result = drill_call(context, 0x5a5a5a5a00000000L | SYS_seccomp, 2U, 0U,
		&(unsigned){0x7fff0000} /* only asked whether it exists */);

	context->call = SYS_seccomp;
	return drill_done(result);
}

/* Typing into a terminal: any answer of a driver means that the filter let it through. */
static int junk_ioctl(struct drill_context *context)
{
	return drill_reached(
		drill_call(context, SYS_ioctl, 0L, 0x5a5a5a5a00000000L | TIOCSTI, "x"), ENOTTY);
}

static int junk_personality(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_personality, 0x5a5a5a5a00400000L));
}

const struct drill_attempt drill_abi[] = {
	{"enter-i386", "call the kernel by the 32-bit entry", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, enter_i386},
	{"open-i386", "open a file by the 32-bit entry", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, open_i386},
	{"socket-i386", "make a socket by the 32-bit entry", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, socket_i386},
	{"enter-x32", "call the kernel by an x32 number", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, enter_x32},
	{"execute-x32", "run a program by an x32 number", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, execute_x32},
	{"junk-number", "reach a call with junk in the upper half of its number", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, junk_number},
	{"junk-socket", "make a packet socket with junk in the upper half", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, junk_socket},
	{"junk-ioctl", "type into a terminal with junk in the upper half", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, junk_ioctl},
	{"junk-personality", "ask for executable data with junk in the upper half", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_SECCOMP, false, junk_personality},
};
DRILL_COUNT(abi);
