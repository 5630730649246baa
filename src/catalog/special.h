/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Addresses that a wider range does not mean: whoever writes 0.0.0.0/0 means the world, and not his
 * own machine, the metadata of its cloud, or other stacks.  Such an address is reached only by a
 * range that lies within the special one (IANA's registries, RFC 6890).
 */

#include <stdbool.h>
#include <stddef.h>

struct catalog_special {
	const char *range;
	const char *what;
	bool nobody; /* no peer of a connection ever has such an address */
};

extern const struct catalog_special catalog_specials[];
extern const size_t catalog_special_count;

/* What a list of them has room for. */
enum { CATALOG_MOST_SPECIALS = 30 };
