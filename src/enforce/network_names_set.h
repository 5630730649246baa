/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A set of addresses whose elements have a time, in the table "bulkhead" of the network namespace
 * that the caller is in.  For network_names*.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct network_name_found {
	unsigned char address[16]; /* as it travels */
	size_t length;             /* 4 or 16 */
	uint64_t left;             /* milliseconds */
};

/* @address, 4 or 16 bytes (@wide), is in @set for @seconds, or for longer if it was.  0 or -errno.
 */
int enforce_name_set_open(
	const char *set, bool wide, const unsigned char *address, uint32_t seconds);

/* What is in @set, at most @room: into @found, *@count of them.  0 or -errno; -ENOENT: there is no
 * such set. */
int enforce_name_set_list(
	const char *set, struct network_name_found *found, size_t room, size_t *count);
