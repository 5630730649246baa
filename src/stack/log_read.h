/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reading a log that is written meanwhile: the file "log" and its older ones,
 * "log.1" to "log.4", are one text, whose end moves on as files are rotated.
 *
 * What stands there was written by a service or by its init: it is taken a line at
 * a time, and never more than one is held.  Lines that are too long come in parts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { STACK_LOG_LINE = 16384 };

struct stack_log_reader {
	int folder;       /* of the files; closed by stack_log_close() */
	const char *file; /* "log"; borrowed */
	int fd;           /* the file that is read now; -1: there is none yet */
	off_t at;         /* what was read of it */
	bool lost;        /* out: files went before they were read; the reader's user clears it */
	size_t begin, end;
	char text[STACK_LOG_LINE];
};

/* Begin to read @file of @folder, a descriptor that is the reader's from now on, with its last
 * @lines lines. */
void stack_log_open(struct stack_log_reader *reader, int folder, const char *file, size_t lines);

/* The next whole line, without its end, into *@line: good until the next call.  False: there is
 * no more for now. */
bool stack_log_next(struct stack_log_reader *reader, const char **line, size_t *length);

/* What stands there without an end so far, the same way; false: nothing. */
bool stack_log_rest(struct stack_log_reader *reader, const char **line, size_t *length);

void stack_log_close(struct stack_log_reader *reader);
