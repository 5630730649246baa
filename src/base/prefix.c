/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

static unsigned all_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

static bool bits_clear_after(const unsigned char *bytes, unsigned bits, unsigned all)
{
	for (unsigned bit = bits; bit < all; bit++)
		if (bytes[bit / 8] & (0x80 >> (bit % 8)))
			return false;
	return true;
}

bool prefix_parse(const char *text, size_t length, struct prefix *prefix)
{
	char copy[PREFIX_TEXT], *slash;
	uint64_t bits;

	memset(prefix, 0, sizeof(*prefix));
	if (length == 0 || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if ((slash = strchr(copy, '/')))
		*slash = '\0';
	prefix->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(prefix->family, copy, prefix->bytes) != 1)
		return false;
	unsigned all = all_bits(prefix->family);
	bits = all;
	if (slash && !text_number(slash + 1, all, &bits))
		return false;
	prefix->bits = (unsigned)bits;
	return bits_clear_after(prefix->bytes, prefix->bits, all);
}

bool prefix_write(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	char address[INET6_ADDRSTRLEN];

	if (!prefix->family || !inet_ntop(prefix->family, prefix->bytes, address, sizeof(address)))
		return false;
	if (prefix->bits == all_bits(prefix->family))
		snprintf(text, PREFIX_TEXT, "%s", address);
	else
		snprintf(text, PREFIX_TEXT, "%s/%u", address, prefix->bits);
	return true;
}

static bool same_bits(const unsigned char *left, const unsigned char *right, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(left, right, bits / 8) != 0)
		return false;
	return !rest || ((left[bits / 8] ^ right[bits / 8]) >> (8 - rest)) == 0;
}

bool prefix_overlaps(const struct prefix *left, const struct prefix *right)
{
	unsigned bits = left->bits < right->bits ? left->bits : right->bits;

	return left->family == right->family && same_bits(left->bytes, right->bytes, bits);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->bits <= inner->bits && prefix_overlaps(outer, inner);
}

bool prefix_holds(const struct prefix *prefix, const unsigned char *address)
{
	return same_bits(prefix->bytes, address, prefix->bits);
}
