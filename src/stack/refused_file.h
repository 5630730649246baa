/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A file of the run folder that one of our processes has in its memory, to say there what it has
 * refused: so it needs no call to write it down, and others read it also when it has ended.  Who
 * was taken over writes what he likes there: who reads believes nothing.  (Of the launcher's,
 * stack/named.h, everything.)
 */

#include <stddef.h>

#include "base/where.h"

struct fault;

/* Map @name of @folder, @size bytes, made when there is none of that size: it is then all zero.
 * The caller unmaps it.  NULL with @why. */
void *stack_refused_file_map(
	int folder, const char *name, size_t size, struct where where, struct fault *why);

/* What it holds now, freed by the caller; NULL: there is none of that size. */
void *stack_refused_file_read(int folder, const char *name, size_t size);
