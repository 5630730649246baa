/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: taking more than its share. */
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include "drill/call.h"

/* Descriptors that are open already. */
enum { ROOM = 256 };

/* Raise a limit of its own above the plan's by one; the control's process dies with it. */
static int raise_limit(struct drill_context *context, int resource, unsigned long value)
{
	struct rlimit wanted = {value, value};

	return drill_done(drill_call(context, SYS_prlimit64, 0, resource, &wanted, NULL));
}

static int leave_core(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_CORE, 1 << 20);
}

static int raise_files(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_NOFILE, drill_number(context->first) + 1);
}

static int raise_processes(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_NPROC, drill_number(context->first) + 1);
}

/* To lock memory is to take it from everybody. */
static int raise_locked(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_MEMLOCK, 1UL << 40);
}

static int raise_queues(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_MSGQUEUE, 1 << 30);
}

static int raise_real_time(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_RTPRIO, 99);
}

/* Counted for root of the host as well: what one service queues, its daemons cannot. */
static int raise_signals(struct drill_context *context)
{
	return raise_limit(context, RLIMIT_SIGPENDING, 1 << 16);
}

static int exceed_files(struct drill_context *context)
{
	unsigned long most = drill_number(context->first);

	/* A shell gives the control run fewer than most services have: root may take more. */
	raise_limit(context, RLIMIT_NOFILE, most + ROOM);
	for (unsigned long made = 0; made <= most; made++) {
		long fd = drill_call(context, SYS_dup, 0);
		if (fd < 0)
			return (int)fd;
	}
	return 0;
}

static int exceed_processes(struct drill_context *context)
{
	unsigned long most = drill_number(context->first);

	for (unsigned long made = 0; made <= most; made++) {
		long thread = drill_thread(context);
		if (thread < 0 || thread == DRILL_NOT_APPLICABLE)
			return (int)thread;
	}
	return 0;
}

/* More processes than would do harm here are not made to show it. */
enum { MOST_CHILDREN = 1000 };

static void end_children(const int *children, unsigned long count)
{
	/* Whose filter does not let it is ended with its children by its init. */
	for (unsigned long i = 0; i < count; i++)
		if (syscall(SYS_kill, children[i], SIGKILL) < 0)
			return;
	for (unsigned long i = 0; i < count; i++)
		syscall(SYS_wait4, children[i], NULL, 0, NULL);
}

/* The bomb: each child only waits, and goes with whoever made it. */
static int exceed_children(struct drill_context *context)
{
	static int never; /* stays 0, unlike what the younger ones inherit of `children` */
	static int children[MOST_CHILDREN];
	unsigned long most = drill_number(context->first), made = 0;
	long child = 0;

	if (most >= MOST_CHILDREN)
		return DRILL_NOT_APPLICABLE;
	while (made <= most && child >= 0) {
		child = drill_call(context, SYS_clone, (long)SIGCHLD, NULL, NULL, NULL, 0UL);
		if (child == 0)
			syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		while (child == 0)
			syscall(SYS_futex, &never, 0 /* wait */, 0, NULL, NULL, 0);
		if (child > 0)
			children[made++] = (int)child;
	}
	end_children(children, made);
	return drill_done(child);
}

enum { PAGE = 4096, LOCKED = (8 << 20) + PAGE, WATCHERS = 17, TIMERS = 1025, KEYS = 201 };

static int exceed_locked(struct drill_context *context)
{
	long at = drill_call(context, SYS_mmap, 0UL, (long)LOCKED, 3 /* read, write */,
		0x22 /* private, of nobody's */, -1, 0UL);

	if (at < 0)
		return (int)at;
	return drill_done(drill_call(context, SYS_mlock, at, (long)LOCKED));
}

static int exceed_watchers(struct drill_context *context)
{
	for (int made = 0; made < WATCHERS; made++) {
		long fd = drill_call(context, SYS_inotify_init1, O_CLOEXEC);
		if (fd < 0)
			return (int)fd;
	}
	return 0;
}

/* Each keeps a signal that it may have to send. */
static int exceed_timers(struct drill_context *context)
{
	for (int made = 0; made < TIMERS; made++) {
		int timer;
		long error = drill_call(context, SYS_timer_create, 1 /* monotonic */, NULL, &timer);
		if (error < 0)
			return (int)error;
	}
	return 0;
}

/* In a keyring that ends with the process. */
static int exceed_keys(struct drill_context *context)
{
	char name[] = "bulkhead-drill-000";

	for (int made = 0; made < KEYS; made++) {
		for (int i = 0, rest = made; i < 3; i++, rest /= 10)
			name[17 - i] = (char)('0' + rest % 10);
		long key = drill_call(
			context, SYS_add_key, "user", name, "x", 1UL, -2 /* the process's */);
		if (key < 0)
			return (int)key;
	}
	return 0;
}

/* Pages of pipes are the kernel's own memory. */
static int grow_pipe(struct drill_context *context)
{
	int pipes[2];
	long made = drill_call(context, SYS_pipe2, pipes, O_CLOEXEC);

	if (made < 0)
		return (int)made;
	long grown = drill_call(context, SYS_fcntl, pipes[0], F_SETPIPE_SZ, 64L << 20);
	syscall(SYS_close, pipes[0]);
	syscall(SYS_close, pipes[1]);
	return drill_done(grown);
}

/*
 * One byte more than all of it: the kernel takes no page before it has seen the size.  Where the
 * file system is larger anyway, nothing need be taken to know it.
 */
static int exceed_tmp(struct drill_context *context)
{
	unsigned long size = drill_number(context->second);
	struct statfs place;
	char path[256];

	if (drill_call(context, SYS_statfs, context->first, &place) == 0 &&
		place.f_blocks > size / (unsigned long)place.f_bsize)
		return 0;
	drill_path(path, context->first, "large");
	int fd = drill_file(context, path, "", 0, 0600);
	if (fd < 0)
		return fd;
	long grown = drill_call(context, SYS_fallocate, fd, 0, 0L, (long)size + 1);
	syscall(SYS_close, fd);
	drill_remove(path);
	return drill_done(grown);
}

const struct drill_attempt drill_resources[] = {
	{"leave-core", "leave its memory in a core file", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, leave_core},
	{"raise-files", "raise its limit of descriptors", DRILL_FILE_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_files},
	{"raise-processes", "raise its limit of processes", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_processes},
	{"raise-signals", "raise its limit of pending signals and timers", DRILL_NOTHING,
		DRILL_LIMIT, LAYER_RESOURCES, false, raise_signals},
	{"exceed-tmp", "fill more than its /tmp", DRILL_TMP_SIZE, DRILL_LIMIT, LAYER_VIEW, false,
		exceed_tmp},
	{"exceed-shm", "fill more than its shared memory", DRILL_SHM_SIZE, DRILL_LIMIT, LAYER_VIEW,
		false, exceed_tmp},
	{"exceed-files", "open more descriptors than its limit", DRILL_FILE_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_files},
	{"exceed-processes", "run more threads than its limit", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_processes},
	{"exceed-children", "make more processes than its limit", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_children},
	{"raise-locked", "raise its limit of locked memory", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_locked},
	{"raise-queues", "raise its limit of message queues", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_queues},
	{"raise-real-time", "raise its limit of real-time priorities", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, raise_real_time},
	{"exceed-locked", "lock more memory than its limit", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_locked},
	{"exceed-watchers", "make more watchers of files than its limit", DRILL_NOTHING,
		DRILL_LIMIT, LAYER_RESOURCES, false, exceed_watchers},
	{"exceed-timers", "make more timers than its limit", DRILL_NOTHING, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_timers},
	{"exceed-keys", "fill the kernel with keys", DRILL_NOTHING, DRILL_LIMIT, LAYER_SECCOMP,
		false, exceed_keys},
	{"grow-pipe", "take more of the kernel's memory by a pipe", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, grow_pipe},
};
DRILL_COUNT(resources);
