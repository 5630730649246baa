/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Addresses and prefixes of both families, as bytes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_prefix {
	int family; /* AF_INET, AF_INET6; 0: none */
	unsigned bits;
	unsigned char bytes[16];
};

/* "10.0.0.0/8", "2001:db8::/32", or an address alone (all bits).  False when it is neither,
 * or when bits are set past the prefix. */
bool policy_address_parse(const char *text, size_t length, struct policy_prefix *prefix);

bool policy_address_overlaps(const struct policy_prefix *left, const struct policy_prefix *right);

/* Is it one address of the machine's own loopback? */
bool policy_address_loopback(const struct policy_prefix *prefix);

/* Does it hold addresses of the public internet? */
bool policy_address_public(const struct policy_prefix *prefix);
