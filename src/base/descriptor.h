/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading and writing whole small files by descriptor, and closing what nobody may inherit. */

#include <dirent.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;

/* Write all of @length bytes, through EINTR and short writes.  0 or -errno. */
int descriptor_write(int fd, const void *data, size_t length);

/*
 * Read @path beneath @directory (AT_FDCWD for an absolute one) whole, at most
 * @most bytes (-EFBIG beyond), NUL-terminated, in @arena.  Returns the length or
 * -errno.  Works for /proc files, whose size says 0.
 */
ssize_t descriptor_read(
	int directory, const char *path, size_t most, struct arena *arena, const char **text);

/* The same for one value of /proc, /sys or a cgroup, which comes in one read: at most a page. */
ssize_t descriptor_read_value(
	int directory, const char *path, struct arena *arena, const char **text);

/* Put @length bytes into the file @path of mode 0600, which has its old content or all of this.  0
 * or -errno. */
int descriptor_replace(const char *path, const void *data, size_t length);

/* Write formatted text to an existing file in one write(2), as /proc and cgroup files
 * need it.  0 or -errno. */
int descriptor_put(int directory, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The entries of folder @fd, which it takes, also when it fails; -1 is passed on.  NULL with errno
 * set. */
DIR *descriptor_entries(int fd);

/* Write formatted text as descriptor_put() does, and leave the file open: for a process that closes
 * all it has soon. */
int descriptor_put_kept(int directory, const char *path, const char *text);

/* Close those in @list, which is sorted; what is negative stands for none.  Numbers that follow
 * each other take one call. */
void descriptor_close_all(int *list, size_t count);

/* Some that are closed together, when there are many or by descriptor_heap_close(). */
struct descriptor_heap {
	int list[64];
	size_t count;
};
void descriptor_heap_add(struct descriptor_heap *heap, int fd);
void descriptor_heap_close(struct descriptor_heap *heap);

/* Close every descriptor from @first on but the @count in @kept, where -1 stands for none. */
int descriptor_keep(int first, const int *kept, size_t count);
