/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/usage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/cgroup.h"

enum { LONGEST_FILE = 1024 * 1024, STAT_UTIME = 14, STAT_STIME = 15, MILLISECONDS = 1000 };

const char *const stack_usage_words[3] = {
	[STACK_USAGE_UNKNOWN] = "unknown",
	[STACK_USAGE_CGROUP] = "cgroup",
	[STACK_USAGE_PROCESSES] = "processes",
};

static const char *read_file(int folder, const char *path, struct arena *arena)
{
	const char *text;

	return descriptor_read(folder, path, LONGEST_FILE, arena, &text) > 0 ? text : NULL;
}

/* The number behind @key at the begin of a line of @text. */
static bool find_number(const char *text, const char *key, uint64_t *number)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (text_starts(line, key))
			return sscanf(line + strlen(key), " %" SCNu64, number) == 1;
	}
	return false;
}

/* Since the group was made, also of what has ended; there with or without a controller. */
static void read_group_cpu(int group, struct arena *arena, struct stack_usage *usage)
{
	const char *text = read_file(group, "cpu.stat", arena);
	uint64_t microseconds;

	if (!text || !find_number(text, "usage_usec", &microseconds))
		return;
	usage->cpu_milliseconds = microseconds / 1000;
	usage->cpu_from = STACK_USAGE_CGROUP;
}

static void read_group_memory(int group, struct arena *arena, struct stack_usage *usage)
{
	const char *text = read_file(group, "memory.current", arena);
	const char *parts = read_file(group, "memory.stat", arena);
	uint64_t idle = 0;

	if (!text)
		return;
	usage->memory_bytes = strtoull(text, NULL, 10);
	usage->memory_from = STACK_USAGE_CGROUP;
	if (parts && find_number(parts, "inactive_file", &idle))
		usage->memory_bytes -= idle < usage->memory_bytes ? idle : usage->memory_bytes;
}

/* The fields of /proc/PID/stat behind the name, which may hold anything. */
static uint64_t cpu_of(const char *stat)
{
	const char *at = strrchr(stat, ')');
	uint64_t ticks = 0;

	for (int field = 3; at && field <= STAT_STIME; field++) {
		at = strchr(at + 1, ' ');
		if (at && (field == STAT_UTIME || field == STAT_STIME))
			ticks += strtoull(at, NULL, 10);
	}
	return ticks * MILLISECONDS / (uint64_t)sysconf(_SC_CLK_TCK);
}

static void add_process(const char *pid, struct arena *arena, const struct stack_usage *group,
	struct stack_usage *usage)
{
	uint64_t kilobytes;
	const char *text = NULL;

	if (group->cpu_from != STACK_USAGE_CGROUP)
		text = read_file(AT_FDCWD, arena_printf(arena, "/proc/%s/stat", pid), arena);
	if (text) {
		usage->cpu_milliseconds += cpu_of(text);
		usage->cpu_from = STACK_USAGE_PROCESSES;
	}
	if (group->memory_from == STACK_USAGE_CGROUP)
		return;
	text = read_file(AT_FDCWD, arena_printf(arena, "/proc/%s/smaps_rollup", pid), arena);
	if (text && find_number(text, "Pss:", &kilobytes)) {
		usage->memory_bytes += kilobytes * 1024;
		usage->memory_from = STACK_USAGE_PROCESSES;
	}
}

void stack_usage_read(int group, pid_t init, struct stack_usage *usage)
{
	scoped(arena) struct arena *arena = arena_new();
	struct stack_usage from = {0};
	const char *processes;

	read_group_cpu(group, arena, &from);
	read_group_memory(group, arena, &from);
	*usage = from;
	processes = read_file(group, "cgroup.procs", arena);
	for (const char *line = processes; line && *line; line = strchr(line, '\n') + 1) {
		scoped(arena) struct arena *once = arena_new();
		const char *pid = arena_text_length(once, line, strcspn(line, "\n"));

		if (atoi(pid) != init)
			usage->processes++;
		add_process(pid, once, &from, usage);
		if (!strchr(line, '\n'))
			break;
	}
}

void stack_usage_of(const char *stack, const char *service, pid_t init, struct stack_usage *usage)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *root = enforce_cgroup_root();

	*usage = (struct stack_usage){0};
	if (!root)
		return;
	scoped(fd) int group = open(arena_printf(arena, "%s/bulkhead/%s/%s", root, stack, service),
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (group >= 0)
		stack_usage_read(group, init, usage);
}
