/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/file.h"

/* What the init writes when its service is ready, before the line of its end. */
#define READY "ready\n"

enum { TAIL_BYTES = 8192, LONGEST_EXIT = 64, LONGEST_OWN = 10 * 1000 * 1000 };

static int stack_logs(const char *stack, struct fault *why)
{
	scoped(fd) int base = stack_folder_make(AT_FDCWD, STACK_LOG_FOLDER, 0755, why);

	return base < 0 ? base : stack_folder_make(base, stack, 0755, why);
}

int stack_log_folder(const struct plan *plan, const struct plan_service *service, struct fault *why)
{
	scoped(fd) int logs = stack_logs(plan->stack, why);
	scoped(fd) int folder = logs < 0 ? logs : stack_folder_make(logs, service->name, 0750, why);
	uint32_t owner = service->identity.init_id;

	/* Each start: the id may be another one since the last. */
	if (folder >= 0 && (fchown(folder, owner, owner) < 0 || fchmod(folder, 0750) < 0))
		return fault(why, -errno, service->where, "cannot give '%s' its log folder",
			service->name);
	return take_fd(&folder);
}

/* What an `up` finds too long becomes an older one, as the logs of services do. */
static void rotate_supervisor(int logs)
{
	static const char *const names[] = {"supervisor.log.4", "supervisor.log.3",
		"supervisor.log.2", "supervisor.log.1", "supervisor.log"};
	struct stat about;

	if (fstatat(logs, "supervisor.log", &about, AT_SYMLINK_NOFOLLOW) < 0 ||
		about.st_size < LONGEST_OWN)
		return;
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		renameat(logs, names[i], logs, names[i - 1]);
}

int stack_log_supervisor(const char *stack, struct fault *why)
{
	scoped(fd) int logs = stack_logs(stack, why);
	int file;

	if (logs < 0)
		return logs;
	rotate_supervisor(logs);
	file = openat(logs, "supervisor.log",
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	return file < 0 ? fault(why, -errno, (struct where){0}, "cannot open the supervisor's log")
			: file;
}

/* Its log, and what fstat(2) says of it; negative when there is none that could be read. */
static int open_log(const char *stack, const char *service, struct stat *about)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *path = arena_printf(arena, "%s/%s/%s/log", STACK_LOG_FOLDER, stack, service);
	scoped(fd) int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (file < 0 || fstat(file, about) < 0 || !S_ISREG(about->st_mode))
		return -ENOENT;
	return take_fd(&file);
}

struct stack_log_mark stack_log_end(const char *stack, const char *service)
{
	struct stat about;
	scoped(fd) int file = open_log(stack, service, &about);

	if (file < 0)
		return (struct stack_log_mark){0};
	return (struct stack_log_mark){.file = about.st_ino, .size = about.st_size};
}

const char *stack_log_tail(const char *stack, const char *service,
	const struct stack_log_mark *since, size_t lines, struct arena *arena)
{
	char *text = arena_alloc(arena, TAIL_BYTES + 1);
	struct stat about;
	scoped(fd) int file = open_log(stack, service, &about);

	if (file < 0)
		return "";
	off_t start = about.st_size > TAIL_BYTES ? about.st_size - TAIL_BYTES : 0;
	/* Another file is one that was begun since: rotated. */
	if (since->file == about.st_ino && start < since->size)
		start = since->size;
	ssize_t length = pread(file, text, TAIL_BYTES, start);
	if (length <= 0)
		return "";
	text[length] = '\0';
	/* The end of the last line is not the begin of another. */
	for (ssize_t at = length - 1; at > 0; at--)
		if (text[at - 1] == '\n' && --lines == 0)
			return text + at;
	return text;
}

int stack_exit_record(int folder, const char *service, struct fault *why)
{
	scoped(fd) int services =
		openat(folder, "services", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	scoped(arena) struct arena *arena = arena_new();
	const char *name = arena_printf(arena, "%s.exit", service);
	int file;

	if (services < 0)
		return fault(why, -errno, (struct where){0}, "cannot open the records of services");
	/* A new file: an init of the last start that still lingers keeps the old one. */
	unlinkat(services, name, 0);
	file = openat(services, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return file < 0 ? fault(why, -errno, (struct where){0},
				  "cannot make the exit record of '%s'", service)
			: file;
}

/* An init that was taken over could have written anything. */
static bool is_end(const char *text)
{
	const char *number = text_starts(text, "exit ")     ? text + 5
			     : text_starts(text, "signal ") ? text + 7
							    : text;
	uint64_t value;

	return number > text && text_number(number, 255, &value);
}

int stack_record_open(int folder, const char *service)
{
	char name[300];

	snprintf(name, sizeof(name), "services/%s.exit", service);
	int record = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return record < 0 ? -errno : record;
}

static const char *end_of(const char *text, struct arena *arena)
{
	if (text_starts(text, READY))
		text += strlen(READY);
	text = arena_text_length(arena, text, strcspn(text, "\n"));
	return is_end(text) ? text : NULL;
}

static ssize_t read_held(int record, char text[LONGEST_EXIT + 1])
{
	ssize_t length = record < 0 ? -1 : pread(record, text, LONGEST_EXIT, 0);

	text[length > 0 ? length : 0] = '\0';
	return length;
}

bool stack_record_ready(int record)
{
	char text[LONGEST_EXIT + 1];

	return read_held(record, text) > 0 && text_starts(text, READY);
}

const char *stack_record_end(int record, struct arena *arena)
{
	char text[LONGEST_EXIT + 1];

	return read_held(record, text) > 0 ? end_of(text, arena) : NULL;
}

/* What the init of @service has written until now; NULL: nothing. */
static const char *read_record(const char *folder, const char *service, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/services/%s.exit", folder, service);
	const char *text;

	return descriptor_read(AT_FDCWD, path, LONGEST_EXIT, arena, &text) > 0 ? text : NULL;
}

const char *stack_exit_read(const char *folder, const char *service, struct arena *arena)
{
	const char *text = read_record(folder, service, arena);

	return text ? end_of(text, arena) : NULL;
}
