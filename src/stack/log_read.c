/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/log_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/scoped.h"

enum { OLDER = 4, BLOCK = 8192, TRIES = 8 };

static const struct timespec never;

/* The file itself (@age 0) or the @age th older one.  Who writes them could put anything there:
 * only a plain file is opened. */
static int open_file(const struct stack_log_reader *reader, int age, struct stat *about)
{
	char name[64];

	snprintf(name, sizeof(name), age ? "%s.%d" : "%s", reader->file, age);
	scoped(fd) int fd =
		openat(reader->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, about) < 0 || !S_ISREG(about->st_mode))
		return -ENOENT;
	return take_fd(&fd);
}

/* Counting lines from the end of all files. */
struct count {
	size_t left;
	bool within; /* bytes were seen: a newline is not the end of the last line any more */
};

/* Where the last lines begin, if that is in this file. */
static bool find_lines(int fd, off_t size, struct count *count, off_t *at)
{
	char block[BLOCK];

	for (off_t end = size; end > 0;) {
		off_t begin = end > BLOCK ? end - BLOCK : 0;

		if (pread(fd, block, (size_t)(end - begin), begin) < end - begin)
			return false;
		for (off_t i = end; i > begin; i--) {
			bool newline = block[i - begin - 1] == '\n' && count->within;

			count->within = true;
			if (newline && count->left-- == 1) {
				*at = i;
				return true;
			}
		}
		end = begin;
	}
	return false;
}

/* From the newest file back to the one in which the last @lines lines begin. */
static void find_begin(struct stack_log_reader *reader, size_t lines)
{
	struct count count = {.left = lines};
	bool found = false;

	for (int age = 0; age <= OLDER && !found; age++) {
		struct stat about = {0};
		scoped(fd) int fd = open_file(reader, age, &about);

		/* In the middle of a rotation there is no newest. */
		if (fd < 0 && age == 0)
			continue;
		if (fd < 0)
			return;
		scoped_fd(&reader->fd);
		reader->at = lines ? 0 : about.st_size;
		found = lines == 0 || find_lines(fd, about.st_size, &count, &reader->at);
		reader->fd = take_fd(&fd);
	}
}

void stack_log_open(struct stack_log_reader *reader, int folder, const char *file, size_t lines)
{
	reader->folder = folder;
	reader->file = file;
	reader->fd = -1;
	reader->at = 0;
	reader->lost = false;
	reader->begin = reader->end = 0;
	find_begin(reader, lines);
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

static bool is_later(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec != other->tv_sec ? one->tv_sec > other->tv_sec
					    : one->tv_nsec > other->tv_nsec;
}

/*
 * The age of the file that follows the one @read, or -1 when none does yet.  When that one is
 * *@gone, the oldest that was written after it.
 */
static int find_next(const struct stack_log_reader *reader, const struct stat *read, bool *gone)
{
	int oldest = -1;

	*gone = false;
	for (int age = 0; age <= OLDER; age++) {
		struct stat about = {0};
		scoped(fd) int fd = open_file(reader, age, &about);

		if (fd < 0)
			continue;
		if (is_same(&about, read))
			return age - 1;
		if (is_later(&about.st_mtim, &read->st_mtim))
			oldest = age;
	}
	*gone = true;
	return oldest;
}

/*
 * Go on: with the file that follows, or with more that came into this one.  Files may be renamed
 * under us: what was found must still be so when the next one is open.
 */
static bool go_on(struct stack_log_reader *reader)
{
	for (int i = 0; i < TRIES; i++) {
		struct stat read = {.st_mtim = never}, about = {0}, before = {0};
		bool first = reader->fd < 0, gone;

		if (!first && fstat(reader->fd, &read) < 0)
			return false;
		int age = find_next(reader, &read, &gone);
		if (age < 0)
			return false;
		scoped(fd) int next = open_file(reader, age, &about);
		scoped(fd) int own = gone ? -1 : open_file(reader, age + 1, &before);
		if (next < 0 || is_same(&about, &read) || (own >= 0 && !is_same(&before, &read)))
			continue;
		/* Its writer has closed it by now: what came last is there. */
		if (!first && fstat(reader->fd, &read) == 0 && read.st_size > reader->at)
			return true;
		scoped_fd(&reader->fd);
		reader->fd = take_fd(&next);
		reader->at = 0;
		reader->lost = reader->lost || (gone && !first && age > 0);
		return true;
	}
	return false;
}

/* More text behind what is held.  False: there is none for now. */
static bool read_more(struct stack_log_reader *reader)
{
	size_t held = reader->end - reader->begin;
	struct stat about;

	memmove(reader->text, reader->text + reader->begin, held);
	reader->begin = 0;
	reader->end = held;
	do {
		/* Cut short by somebody's own rotation: from its begin. */
		if (reader->fd >= 0 && fstat(reader->fd, &about) == 0 && about.st_size < reader->at)
			reader->at = 0;
		ssize_t got = reader->fd < 0 ? 0
					     : pread(reader->fd, reader->text + held,
						       sizeof(reader->text) - held, reader->at);
		if (got > 0) {
			reader->at += got;
			reader->end += (size_t)got;
			return true;
		}
	} while (go_on(reader));
	return false;
}

static void give(struct stack_log_reader *reader, size_t length, size_t skip, const char **line,
	size_t *given)
{
	*line = reader->text + reader->begin;
	*given = length;
	reader->begin += length + skip;
}

bool stack_log_next(struct stack_log_reader *reader, const char **line, size_t *length)
{
	for (;;) {
		size_t held = reader->end - reader->begin;
		const char *from = reader->text + reader->begin;
		const char *newline = memchr(from, '\n', held);

		if (newline) {
			give(reader, (size_t)(newline - from), 1, line, length);
			return true;
		}
		if (held == sizeof(reader->text)) {
			give(reader, held, 0, line, length);
			return true;
		}
		if (!read_more(reader))
			return false;
	}
}

bool stack_log_rest(struct stack_log_reader *reader, const char **line, size_t *length)
{
	if (reader->begin == reader->end)
		return false;
	give(reader, reader->end - reader->begin, 0, line, length);
	return true;
}

void stack_log_close(struct stack_log_reader *reader)
{
	scoped_fd(&reader->fd);
	scoped_fd(&reader->folder);
	reader->fd = reader->folder = -1;
}
