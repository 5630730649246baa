/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an ELF file needs, read from the file itself.
 *
 * ldd runs the file's own loader and so the file; this only reads.  The file
 * may be hostile: every offset and length is checked against the file's size,
 * and every loop has an end.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct host_elf {
	const char *interpreter;     /* NULL: static, or a library */
	const char *rpath, *runpath; /* DT_RPATH is ignored when there is a DT_RUNPATH */
	const char **needed;         /* DT_NEEDED, in order */
	size_t needed_count;
};

/*
 * Read the open file @fd.  0; -ENOEXEC when it is not an ELF file at all;
 * -EBADMSG when it is damaged; -ELIBBAD when it is for another machine or for
 * 32 bits.  *@why then says so.
 */
int host_read_elf(int fd, struct arena *arena, struct host_elf *elf, const char **why);
