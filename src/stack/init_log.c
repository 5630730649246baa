/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/init_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"

enum { MOST_SIZE = 10 * 1000 * 1000 };

/* Oldest first; each takes the place of the one before it. */
static const char *const names[] = {"log.4", "log.3", "log.2", "log.1", "log"};
enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

static void open_file(struct stack_init_log *log)
{
	struct stat status;

	log->size = 0;
	log->file = openat(log->folder, names[NAME_COUNT - 1],
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (log->file >= 0 && fstat(log->file, &status) == 0)
		log->size = (size_t)status.st_size;
}

void stack_init_log_open(struct stack_init_log *log, int folder)
{
	log->folder = folder;
	log->file = -1;
	if (folder >= 0)
		open_file(log);
}

static void rotate(struct stack_init_log *log)
{
	if (log->file >= 0)
		close(log->file);
	for (int i = 1; i < NAME_COUNT; i++)
		renameat(log->folder, names[i], log->folder, names[i - 1]);
	open_file(log);
}

void stack_init_log_write(struct stack_init_log *log, const char *data, size_t length)
{
	if (log->folder < 0)
		return;
	if (log->file < 0)
		open_file(log);
	else if (log->size + length > MOST_SIZE)
		rotate(log);
	if (log->file >= 0 && descriptor_write(log->file, data, length) == 0)
		log->size += length;
}
