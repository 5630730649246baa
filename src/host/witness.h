/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The files and folders that an answer about programs was taken from, as they
 * were then: while none has changed, neither has the answer.
 *
 * A file counts as the same by its place, size and change time, which nobody can
 * set; a folder too, so that what is added to one that was searched is noticed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct map;
struct record_type;

struct host_witness {
	const char *path;
	bool there; /* else the rest is zero */
	uint64_t device, inode, size;
	uint64_t changed; /* nanoseconds */
};

extern const struct record_type host_witness_record;

struct host_witnesses {
	struct arena *arena;
	struct map *seen;
	struct host_witness *items;
	size_t count;
};

/* Something is about to be read or searched; a path once. */
void host_witness_add(struct host_witnesses *witnesses, const char *path);
/* The folder that @path lies in. */
void host_witness_add_folder(struct host_witnesses *witnesses, const char *path);

/* Is it as it was? */
bool host_witness_same(const struct host_witness *witness);

/* Are all older than the coarsest of clocks can hide a change in? */
bool host_witnesses_at_rest(const struct host_witnesses *witnesses);
