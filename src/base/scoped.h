/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Cleanup at the end of a block: `scoped(fd) int source = open(...)`.
 *
 * One line acquires, the compiler releases.  take_fd() hands a descriptor on:
 * it returns the value and leaves -1 behind.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define scoped(kind) __attribute__((cleanup(scoped_##kind)))

/* Keeps errno, so that a failure recorded after the block still says why. */
static inline void scoped_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void scoped_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void scoped_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Memory of malloc(3): `scoped(memory) char *text = NULL`. */
static inline void scoped_memory(void *pointer)
{
	void **memory = pointer;

	free(*memory);
}

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
