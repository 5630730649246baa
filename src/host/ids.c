/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/map.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/host.h"
#include "host/index.h"

struct book {
	const char *folder;
	char file[PATH_MAX];
	uint32_t first, last;
	bool own_range; /* the book says so itself */
	struct host_id *ids;
	size_t count;
	struct map *names; /* places in `ids`, from 1: the list moves when it grows */
	struct map *numbers;
	struct arena *arena;
};

static int damaged(const struct book *book, unsigned line, struct fault *why)
{
	fault(why, -EBADMSG, (struct where){book->file, line, 1},
		"%s does not read as `ID NAME`: the ids of services are unknown", book->file);
	fault_hint(why, "restore it from a backup; files of services are owned by these ids");
	return -EBADMSG;
}

static const struct host_id *by_name(const struct book *book, const char *name)
{
	const size_t place = (size_t)(uintptr_t)map_find(book->names, name, strlen(name));

	return place ? &book->ids[place - 1] : NULL;
}

/* The bytes of an id are its key. */
static bool taken(const struct book *book, uint32_t id)
{
	return map_find(book->numbers, (const char *)&id, sizeof(id));
}

/* @name is borrowed. */
static void add(struct book *book, const char *name, uint32_t id)
{
	struct host_id *added = arena_append(book->arena, &book->ids, &book->count, sizeof(*added));
	uint32_t *number = arena_alloc(book->arena, sizeof(*number));

	*added = (struct host_id){name, id};
	*number = id;
	*map_slot(book->names, name, strlen(name)) = (void *)(uintptr_t)book->count;
	*map_slot(book->numbers, (const char *)number, sizeof(*number)) = book;
}

static int read_range(struct book *book, const char *text, unsigned line, struct fault *why)
{
	unsigned long first, last;
	int end = 0;

	if (sscanf(text, "range %lu %lu%n", &first, &last, &end) != 2 || text[end] != '\0' ||
		first < HOST_LOWEST_ID || last >= UINT32_MAX || first > last)
		return damaged(book, line, why);
	book->first = (uint32_t)first;
	book->last = (uint32_t)last;
	book->own_range = true;
	return 0;
}

static int read_line(struct book *book, char *text, unsigned line, struct fault *why)
{
	uint64_t id;

	if (text[0] == '\0' || text[0] == '#')
		return 0;
	if (text_starts(text, "range "))
		return read_range(book, text, line, why);
	char *space = strchr(text, ' ');
	if (!space || space[1] == '\0')
		return damaged(book, line, why);
	*space = '\0';
	/* Two services with one id could read each other's files. */
	if (!text_number(text, UINT32_MAX - 1, &id) || id < HOST_LOWEST_ID || id == HOST_NOBODY ||
		taken(book, (uint32_t)id) || by_name(book, space + 1))
		return damaged(book, line, why);
	add(book, space + 1, (uint32_t)id);
	return 0;
}

static int read_book(struct book *book, struct fault *why)
{
	const char *text;
	ssize_t length =
		descriptor_read(AT_FDCWD, book->file, HOST_LARGEST_BOOK, book->arena, &text);
	unsigned number = 1;

	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return fault(why, (int)length, (struct where){0}, "cannot read %s", book->file);
	char *line = (char *)(size_t)text; /* ours: it was read for this alone */
	while (*line) {
		size_t end = strcspn(line, "\n");
		char *next = line + end + (line[end] == '\n');
		line[end] = '\0';
		int error = read_line(book, line, number++, why);
		if (error < 0)
			return error;
		line = next;
	}
	return 0;
}

static int write_book(const struct book *book, struct fault *why)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s.new", book->file) >= (int)sizeof(path))
		return fault(why, -ENAMETOOLONG, (struct where){0}, "%s is too long", book->file);
	scoped(file) FILE *file = fopen(path, "we");
	if (!file)
		return fault(why, -errno, (struct where){0}, "cannot write %s", path);
	if (book->own_range)
		fprintf(file, "range %u %u\n", book->first, book->last);
	for (size_t i = 0; i < book->count; i++)
		fprintf(file, "%u %s\n", book->ids[i].id, book->ids[i].name);
	if (fflush(file) != 0 || fchmod(fileno(file), 0644) < 0 || fsync(fileno(file)) < 0 ||
		rename(path, book->file) < 0)
		return fault(why, -errno, (struct where){0}, "cannot write %s", book->file);
	return 0;
}

/* Held until the descriptor is closed: two launches at once must not give one id twice. */
static int lock(const struct book *book, struct fault *why)
{
	char path[PATH_MAX];

	if (mkdir(book->folder, 0755) < 0 && errno != EEXIST)
		return fault(why, -errno, (struct where){0}, "cannot make %s", book->folder);
	if (snprintf(path, sizeof(path), "%s.lock", book->file) >= (int)sizeof(path))
		return fault(why, -ENAMETOOLONG, (struct where){0}, "%s is too long", book->file);
	scoped(fd) int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return fault(why, -errno, (struct where){0}, "cannot lock %s", path);
	return take_fd(&fd);
}

/* Give every name without an id the lowest that is free.  1 when the book grew, 0 when not. */
static int give(struct book *book, const char *const *names, size_t count, struct fault *why)
{
	uint64_t next = book->first;
	bool grew = false;

	for (size_t i = 0; i < count; i++) {
		if (by_name(book, names[i]))
			continue;
		while (next <= book->last && (next == HOST_NOBODY || taken(book, (uint32_t)next)))
			next++;
		if (next > book->last)
			return fault(why, -ENOSPC, (struct where){0},
				"all ids from %u to %u are given to services (%s)", book->first,
				book->last, book->file);
		add(book, names[i], (uint32_t)next);
		grew = true;
	}
	return grew;
}

static void report(struct host *host, const struct book *book, const char *const *names,
	size_t count, struct arena *arena)
{
	host->id_first = book->first;
	host->id_last = book->last;
	host->ids = NULL;
	host->id_count = 0;
	if (host->index)
		host_index_new(host, arena);
	for (size_t i = 0; i < count; i++)
		*(struct host_id *)arena_append(arena, &host->ids, &host->id_count,
			sizeof(struct host_id)) = *by_name(book, names[i]);
}

int host_ids_in(struct host *host, const char *folder, const char *const *names, size_t count,
	bool persist, struct arena *arena, struct fault *why)
{
	struct book book = {.folder = folder,
		.first = HOST_ID_FIRST,
		.last = HOST_ID_LAST,
		.names = map_new(arena),
		.numbers = map_new(arena),
		.arena = arena};
	scoped(fd) int held = -1;

	if (snprintf(book.file, sizeof(book.file), "%s/ids", folder) >= (int)sizeof(book.file))
		return fault(why, -ENAMETOOLONG, (struct where){0}, "%s is too long", folder);
	/* Until the index is made, nobody has asked for an id. */
	if (!persist && !host->id_count &&
		host_ids_pick(book.file, names, count, arena, &host->ids)) {
		host->id_count = count;
		return 0;
	}
	if (persist) {
		held = lock(&book, why);
		if (held < 0)
			return held;
	}
	int error = read_book(&book, why);
	int grew = error < 0 ? 0 : give(&book, names, count, why);
	if (error == 0 && grew < 0)
		error = grew;
	if (error == 0 && grew && persist)
		error = write_book(&book, why);
	if (error == 0)
		report(host, &book, names, count, arena);
	return error < 0 ? error : grew;
}

int host_ids(struct host *host, const char *const *names, size_t count, bool persist,
	struct arena *arena, struct fault *why)
{
	return host_ids_in(host, "/var/lib/bulkhead", names, count, persist, arena, why);
}
