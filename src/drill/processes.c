/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: touching a process of another service, of the same user, and making more. */
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "drill/call.h"

static int stranger(const struct drill_context *context)
{
	return (int)drill_number(context->first);
}

static int signal_stranger(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_kill, stranger(context), 0));
}

static int signal_init(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_kill, 1, 0));
}

static int signal_all(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_kill, -1, 0));
}

static int trace_stranger(struct drill_context *context)
{
	int pid = stranger(context);
	long result = drill_call(context, SYS_ptrace, (long)PTRACE_SEIZE, (long)pid, 0L, 0L);

	if (result == 0)
		syscall(SYS_ptrace, (long)PTRACE_DETACH, (long)pid, 0L, 0L);
	return drill_done(result);
}

static int trace_parent(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_ptrace, (long)PTRACE_TRACEME, 0L, 0L, 0L));
}

static int read_stranger(struct drill_context *context)
{
	char byte;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)drill_number(context->second), 1};

	return drill_done(drill_call(
		context, SYS_process_vm_readv, stranger(context), &here, 1UL, &there, 1UL, 0UL));
}

static int write_stranger(struct drill_context *context)
{
	char byte = 0;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)drill_number(context->second), 1};

	return drill_done(drill_call(
		context, SYS_process_vm_writev, stranger(context), &here, 1UL, &there, 1UL, 0UL));
}

static int hold_stranger(struct drill_context *context)
{
	long fd = drill_call(context, SYS_pidfd_open, stranger(context), 0U);

	if (fd >= 0)
		syscall(SYS_close, (int)fd);
	return drill_done(fd);
}

static int take_descriptor(struct drill_context *context)
{
	long process = drill_call(context, SYS_pidfd_open, stranger(context), 0U);

	if (process < 0)
		return (int)process;
	long fd = drill_call(context, SYS_pidfd_getfd, (int)process, 0, 0U);
	syscall(SYS_close, (int)process);
	return drill_done(fd);
}

static int ask_session(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_getsid, stranger(context)));
}

static int ask_schedule(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_sched_getscheduler, stranger(context)));
}

static int pin_stranger(struct drill_context *context)
{
	unsigned long processors[16] = {0};
	long size = drill_call(
		context, SYS_sched_getaffinity, stranger(context), sizeof(processors), processors);

	if (size < 0)
		return (int)size;
	return drill_done(drill_call(context, SYS_sched_setaffinity, stranger(context),
		(unsigned long)size, processors));
}

static int list_stranger(struct drill_context *context)
{
	char path[32] = "/proc/";
	size_t length = 6;

	for (const char *digit = context->first; *digit && length < sizeof(path) - 1; digit++)
		path[length++] = *digit;
	path[length] = '\0';
	return drill_open(context, path, O_RDONLY | O_DIRECTORY);
}

static int make_process(struct drill_context *context)
{
	long child = drill_call(context, SYS_clone, (long)SIGCHLD, NULL, NULL, NULL, 0UL);

	if (child == 0)
		syscall(SYS_exit_group, 0);
	return drill_done(child);
}

#ifdef SYS_fork
static int fork_process(struct drill_context *context)
{
	long child = drill_call(context, SYS_fork);

	if (child == 0)
		syscall(SYS_exit_group, 0);
	return drill_done(child);
}
#else
#define fork_process make_process
#endif

const struct drill_attempt drill_processes[] = {
	{"signal-stranger", "signal a process of the same user in another service", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_NAMESPACES, false, signal_stranger},
	{"signal-init", "signal the first process", DRILL_FIRST_PROCESS, DRILL_PROCESS,
		LAYER_IDENTITY, false, signal_init},
	{"signal-all", "signal every process that it can reach", DRILL_SUBJECT, DRILL_PROCESS,
		LAYER_NAMESPACES, false, signal_all},
	{"trace-stranger", "trace a process of the same user", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_SECCOMP, false, trace_stranger},
	{"trace-parent", "let itself be traced", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, trace_parent},
	{"read-stranger", "read the memory of a process of the same user", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_SECCOMP, false, read_stranger},
	{"write-stranger", "write the memory of a process of the same user", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_SECCOMP, false, write_stranger},
	{"hold-stranger", "take hold of a process of the same user", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, hold_stranger},
	{"take-descriptor", "copy a descriptor from a process of the same user", DRILL_STRANGER,
		DRILL_PROCESS, LAYER_NAMESPACES, false, take_descriptor},
	{"ask-session", "ask for the session of a process outside", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, ask_session},
	{"ask-schedule", "ask how a process outside is scheduled", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, ask_schedule},
	{"pin-stranger", "pin a process outside to a processor", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, pin_stranger},
	{"list-stranger", "look at a process outside in /proc", DRILL_STRANGER, DRILL_PROCESS,
		LAYER_NAMESPACES, false, list_stranger},
	{"make-process", "create a process where the role does not", DRILL_SINGLE, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_process},
	{"fork-process", "create a process by the old call", DRILL_SINGLE, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, fork_process},
};
DRILL_COUNT(processes);
