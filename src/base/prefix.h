/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Ranges of addresses of both families, as bytes: "10.0.0.0/8", "2001:db8::/32". */

#include <stdbool.h>
#include <stddef.h>

enum { PREFIX_TEXT = 64 };

struct prefix {
	int family; /* AF_INET, AF_INET6; 0: none */
	unsigned bits;
	unsigned char bytes[16]; /* as they travel */
};

/* A range, or an address alone (all bits).  False when it is neither, or when bits are set past the
 * prefix. */
bool prefix_parse(const char *text, size_t length, struct prefix *prefix);

/* As short as it can be written; an address alone without its bits.  False when it is none. */
bool prefix_write(const struct prefix *prefix, char text[PREFIX_TEXT]);

/* Does one of them hold addresses of the other? */
bool prefix_overlaps(const struct prefix *left, const struct prefix *right);

/* Is all of @inner within @outer? */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

/* Is the address that these bytes are, of its family, in @prefix? */
bool prefix_holds(const struct prefix *prefix, const unsigned char *address);
