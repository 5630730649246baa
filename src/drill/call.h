/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How attempts call the kernel: bare system calls, the deciding one remembered. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "drill/attempt.h"

/* The call that decides: its number goes into the report.  The result or -errno. */
#define drill_call(context, number, ...)                                                           \
	drill_note(context, number, syscall(number __VA_OPT__(, ) __VA_ARGS__))

static inline long drill_note(struct drill_context *context, long number, long result)
{
	context->call = number;
	return result < 0 ? -errno : result;
}

/* 0 for any result that is not an error. */
static inline int drill_done(long result)
{
	return result < 0 ? (int)result : 0;
}

/*
 * For calls that would do harm with good arguments: the attempt gives bad ones,
 * which the kernel looks at only after it has asked for the privilege.  Getting
 * as far as @error is getting through.
 */
static inline int drill_reached(long result, int error)
{
	return result == -error ? 0 : drill_done(result);
}

/* Open @path, which decides; close it again when that worked. */
int drill_open(struct drill_context *context, const char *path, int flags);

/* Open @path and read one byte. */
int drill_read(struct drill_context *context, const char *path);

/* Make the file FOLDER/bulkhead-drill-@name and remove it. */
int drill_create(struct drill_context *context, const char *folder, const char *name);

/* "@folder/bulkhead-drill-@name" in @path. */
void drill_path(char path[static 256], const char *folder, const char *name);

/* Write @length bytes to a new file at @path; its descriptor or -errno.  Where the folder is
 * what refused, the layer is known, whatever the file was for. */
int drill_file(struct drill_context *context, const char *path, const void *data, size_t length,
	unsigned mode);

/* Remove a file of its own by whichever call its filter leaves it; the keeper removes the rest. */
void drill_remove(const char *path);

/* Connect to unix socket @name, which decides; an abstract one's first byte is a zero that @name
 * does not have. */
int drill_meet(struct drill_context *context, const char *name, bool abstract);

/* Text to number, decimal or with "0x"; 0 for NULL. */
unsigned long drill_number(const char *text);

/* The smallest program of this machine: one that ends with status 0. */
size_t drill_program(unsigned char image[static 256]);

/* The smallest library: loading it reports success and ends the process. */
size_t drill_library(unsigned char image[static 512]);

/* A thread that only sleeps; all share one stack.  Its id, -errno or DRILL_NOT_APPLICABLE. */
long drill_thread(struct drill_context *context);
