/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "host/host.h"
#include "host/ids.h"

enum { FEW_NAMES = 16 };

/* The id at the beginning of @line, and in *@name what follows it; 0: it needs a closer look. */
static uint32_t split_line(const char *line, size_t length, const char **name)
{
	const char *space = memchr(line, ' ', length);
	uint64_t id = 0;

	for (const char *at = line; space && at < space && id <= UINT32_MAX; at++) {
		if (*at < '0' || *at > '9')
			return 0;
		id = id * 10 + (uint64_t)(*at - '0');
	}
	*name = space ? space + 1 : line;
	return space && id >= HOST_LOWEST_ID && id < UINT32_MAX && id != HOST_NOBODY ? (uint32_t)id
										     : 0;
}

/* How many lines of @text have one of @names, or with @by_id one of the ids; -1: it is unusual. */
static long count_lines(
	const char *text, const char *const *names, size_t count, struct host_id *ids, bool by_id)
{
	long found = 0;

	for (size_t end; *text; text += end + 1) {
		const char *name;

		end = strcspn(text, "\n");
		const uint32_t id = text[end] ? split_line(text, end, &name) : 0;
		if (id == 0)
			return -1;
		const size_t length = (size_t)(text + end - name);
		for (size_t i = 0; i < count; i++) {
			if (by_id ? ids[i].id != id
				  : strncmp(names[i], name, length) != 0 || names[i][length])
				continue;
			ids[i] = (struct host_id){names[i], id};
			found++;
		}
	}
	return found;
}

bool host_ids_pick(const char *file, const char *const *names, size_t count, struct arena *arena,
	struct host_id **ids)
{
	struct stat status;
	scoped(fd) int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (count > FEW_NAMES || fd < 0 || fstat(fd, &status) < 0 ||
		status.st_size > HOST_LARGEST_BOOK)
		return false;
	const size_t size = (size_t)status.st_size;
	scoped(memory) char *text = malloc(size + 1);
	if (!text || read(fd, text, size) != (ssize_t)size)
		return false;
	text[size] = '\0';
	struct host_id *found = arena_alloc(arena, (count + 1) * sizeof(*found));
	if (count_lines(text, names, count, found, false) != (long)count ||
		count_lines(text, names, count, found, true) != (long)count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!found[i].name)
			return false;
	*ids = found;
	return true;
}
