/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: taking more than its share. */
#include <stddef.h>
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
	{"exceed-files", "open more descriptors than its limit", DRILL_FILE_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_files},
	{"exceed-processes", "run more threads than its limit", DRILL_PROCESS_LIMIT, DRILL_LIMIT,
		LAYER_RESOURCES, false, exceed_processes},
};
DRILL_COUNT(resources);
