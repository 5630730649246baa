/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The book of host ids: which services of which stacks own which id on this
 * machine.  An id is given once and stays its service's, since files that the
 * service made (logs, data) are owned by it.
 *
 * The book is text, one `ID NAME` a line, after an optional `range FIRST LAST`:
 *
 *     range 1900000000 1900065535
 *     1900000000 shop/edge
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct host;
struct host_id;

enum {
	HOST_ID_FIRST = 1900000000,
	HOST_ID_LAST = 1900065535,
	HOST_LOWEST_ID = 1000,
	HOST_NOBODY = 65534,
	HOST_LARGEST_BOOK = 16 << 20,
};

/* host_ids() with the folder of the book named. */
int host_ids_in(struct host *host, const char *folder, const char *const *names, size_t count,
	bool persist, struct arena *arena, struct fault *why);

/*
 * Most often the few names of a launch are in the book @file, once each and their ids
 * too: then *@ids is theirs, picked out of a text that is otherwise only looked at.
 * False for anything else: the book must be read in full, or written.
 */
bool host_ids_pick(const char *file, const char *const *names, size_t count, struct arena *arena,
	struct host_id **ids);
