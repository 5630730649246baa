/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"

int descriptor_write(int fd, const void *data, size_t length)
{
	const char *at = data;

	while (length > 0) {
		ssize_t written = write(fd, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		length -= (size_t)written;
	}
	return 0;
}

ssize_t descriptor_read(
	int directory, const char *path, size_t most, struct arena *arena, const char **text)
{
	scoped(fd) int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	scoped(memory) char *buffer = NULL;
	size_t length = 0, room = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		if (length == room) {
			room = room ? room * 2 : 4096;
			char *grown = realloc(buffer, room);
			if (!grown)
				return -ENOMEM;
			buffer = grown;
		}
		ssize_t got = read(fd, buffer + length, room - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
		if (length > most)
			return -EFBIG;
	}
	*text = arena_text_length(arena, buffer ? buffer : "", length);
	return (ssize_t)length;
}

ssize_t descriptor_read_value(
	int directory, const char *path, struct arena *arena, const char **text)
{
	scoped(fd) int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	char value[4096];
	ssize_t length = fd < 0 ? -1 : read(fd, value, sizeof(value));

	if (length < 0)
		return -errno;
	*text = arena_text_length(arena, value, (size_t)length);
	return length;
}

int descriptor_replace(const char *path, const void *data, size_t length)
{
	char beside[PATH_MAX];

	if (snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid()) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	scoped(fd) int fd =
		open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int error = descriptor_write(fd, data, length);
	if (error == 0 && rename(beside, path) < 0)
		error = -errno;
	if (error < 0)
		unlink(beside);
	return error;
}

int descriptor_put(int directory, const char *path, const char *format, ...)
{
	scoped(fd) int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
	char text[4096];
	va_list arguments;

	if (fd < 0)
		return -errno;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(text))
		return -E2BIG;
	ssize_t written = write(fd, text, (size_t)length);
	if (written < 0)
		return -errno;
	return written == length ? 0 : -EIO;
}

int descriptor_put_kept(int directory, const char *path, const char *text)
{
	int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
	ssize_t length = (ssize_t)strlen(text);
	ssize_t written = fd < 0 ? -1 : write(fd, text, (size_t)length);

	if (written < 0)
		return -errno;
	return written == length ? 0 : -EIO;
}

static int compare(const void *left, const void *right)
{
	const int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

void descriptor_close_all(int *list, size_t count)
{
	size_t first = 0;

	qsort(list, count, sizeof(*list), compare);
	while (first < count && list[first] < 0)
		first++;
	for (size_t next; first < count; first = next) {
		for (next = first + 1; next < count && list[next] <= list[next - 1] + 1; next++)
			;
		close_range((unsigned)list[first], (unsigned)list[next - 1], 0);
	}
}

void descriptor_heap_add(struct descriptor_heap *heap, int fd)
{
	if (heap->count == sizeof(heap->list) / sizeof(heap->list[0]))
		descriptor_heap_close(heap);
	heap->list[heap->count++] = fd;
}

void descriptor_heap_close(struct descriptor_heap *heap)
{
	descriptor_close_all(heap->list, heap->count);
	heap->count = 0;
}

int descriptor_keep(int first, const int *kept, size_t count)
{
	for (;;) {
		int next = -1;

		for (size_t i = 0; i < count; i++)
			if (kept[i] >= first && (next < 0 || kept[i] < next))
				next = kept[i];
		if (next < 0)
			return close_range((unsigned)first, ~0U, 0) < 0 ? -errno : 0;
		if (next > first && close_range((unsigned)first, (unsigned)next - 1, 0) < 0)
			return -errno;
		first = next + 1;
	}
}

DIR *descriptor_entries(int fd)
{
	scoped(fd) int folder = fd;
	DIR *entries = folder < 0 ? NULL : fdopendir(folder);

	if (entries)
		take_fd(&folder);
	return entries;
}
