/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/member.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/scoped.h"
#include "stack/file.h"

enum { LONGEST_STAT = 4096, LONGEST_MEMBER = 4096 };

static const char *const kinds[] = {
	[STACK_SERVICE] = "service",
	[STACK_GATEWAY] = "gateway",
	[STACK_SUPERVISOR] = "supervisor",
	[STACK_LAUNCHER] = "launcher",
	[STACK_OUTLET] = "outlet",
	[STACK_RESOLVER] = "resolver",
};
static const struct record_field member_fields[] = {
	RECORD_ITEM_ENUM(struct stack_member, kind, kinds),
	RECORD_ITEM(struct stack_member, RECORD_TEXT, name),
	RECORD_ITEM(struct stack_member, RECORD_INT, pid),
	RECORD_ITEM(struct stack_member, RECORD_U64, start),
	RECORD_ITEM(struct stack_member, RECORD_INT, process),
	RECORD_ITEM(struct stack_member, RECORD_U64, process_start),
	RECORD_ITEM(struct stack_member, RECORD_U64, since),
	RECORD_ITEM(struct stack_member, RECORD_U32, without),
	RECORD_ITEM(struct stack_member, RECORD_U32, generation),
};
static const struct record_type member_type = RECORD_TYPE(struct stack_member, member_fields);

/* When process @pid started. */
static int start_of(pid_t pid, uint64_t *start)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text, *at;
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ssize_t length = descriptor_read(AT_FDCWD, path, LONGEST_STAT, arena, &text);
	if (length < 0)
		return (int)length;
	/* The program's name may hold spaces and brackets: fields count from the last one. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, start) == 1 ? 0 : -EIO;
}

uint64_t stack_member_uptime(const struct stack_member *member)
{
	uint64_t start, rate = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (start_of(member->process, &start) < 0 || start != member->process_start ||
		clock_gettime(CLOCK_BOOTTIME, &now) < 0 || rate == 0)
		return 0;
	return (uint64_t)now.tv_sec > start / rate ? (uint64_t)now.tv_sec - start / rate : 0;
}

int stack_member_fill(struct stack_member *member, enum stack_member_kind kind, const char *name,
	pid_t pid, pid_t process)
{
	int error;

	*member = (struct stack_member){.kind = kind,
		.name = name,
		.pid = pid,
		.process = process,
		.since = (uint64_t)time(NULL)};
	error = start_of(pid, &member->start);
	if (error == 0)
		error = start_of(process, &member->process_start);
	return error;
}

static int open_process(pid_t pid, uint64_t started)
{
	scoped(fd) int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	uint64_t start;

	/* The descriptor first: what it stands for cannot change any more. */
	if (pidfd < 0 || start_of(pid, &start) < 0 || start != started || poll(&ended, 1, 0) != 0)
		return -ESRCH;
	return take_fd(&pidfd);
}

int stack_member_open(const struct stack_member *member)
{
	return open_process(member->pid, member->start);
}

int stack_member_open_process(const struct stack_member *member)
{
	return open_process(member->process, member->process_start);
}

int stack_member_network(const struct stack_member *member)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", member->pid);
	scoped(fd) int network = open(path, O_RDONLY | O_CLOEXEC);
	if (network < 0)
		return -errno;
	/* Alive afterwards too: so the pid was nobody else's in between. */
	return stack_member_alive(member) ? take_fd(&network) : -ESRCH;
}

bool stack_member_alive(const struct stack_member *member)
{
	scoped(fd) int pidfd = stack_member_open(member);

	return pidfd >= 0;
}

int stack_member_write(
	int folder, const char *file, const struct stack_member *member, struct fault *why)
{
	scoped(memory) char *text = record_write(&member_type, member);

	return stack_file_write(folder, file, text, strlen(text), 0600, why);
}

int stack_member_read(int folder, const char *file, struct arena *arena,
	struct stack_member *member, struct fault *why)
{
	const char *text;
	ssize_t length = descriptor_read(folder, file, LONGEST_MEMBER, arena, &text);

	if (length < 0)
		return fault(why, (int)length, (struct where){0}, "cannot read %s", file);
	return record_read_older(&member_type, arena, file, text, (size_t)length, member, why);
}
