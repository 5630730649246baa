/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/address.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

/* Not routed on the public internet (RFC 6890). */
static const char *const private_prefixes[] = {
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"::1/128",
	"fc00::/7",
	"fe80::/10",
};

static bool bits_clear_after(const unsigned char *bytes, unsigned bits, unsigned all)
{
	for (unsigned bit = bits; bit < all; bit++)
		if (bytes[bit / 8] & (0x80 >> (bit % 8)))
			return false;
	return true;
}

bool policy_address_parse(const char *text, size_t length, struct policy_prefix *prefix)
{
	char copy[64], *slash;
	uint64_t bits;

	if (length == 0 || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if ((slash = strchr(copy, '/')))
		*slash = '\0';
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(prefix->family, copy, prefix->bytes) != 1)
		return false;
	unsigned all = prefix->family == AF_INET ? 32 : 128;
	bits = all;
	if (slash && !text_number(slash + 1, all, &bits))
		return false;
	prefix->bits = (unsigned)bits;
	return bits_clear_after(prefix->bytes, prefix->bits, all);
}

static bool same_bits(const unsigned char *left, const unsigned char *right, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(left, right, bits / 8) != 0)
		return false;
	return !rest || ((left[bits / 8] ^ right[bits / 8]) >> (8 - rest)) == 0;
}

bool policy_address_overlaps(const struct policy_prefix *left, const struct policy_prefix *right)
{
	unsigned bits = left->bits < right->bits ? left->bits : right->bits;

	return left->family == right->family && same_bits(left->bytes, right->bytes, bits);
}

bool policy_address_loopback(const struct policy_prefix *prefix)
{
	static const unsigned char wide[16] = {[15] = 1};

	if (prefix->family == AF_INET)
		return prefix->bits == 32 && prefix->bytes[0] == 127;
	return prefix->family == AF_INET6 && prefix->bits == 128 &&
	       memcmp(prefix->bytes, wide, sizeof(wide)) == 0;
}

bool policy_address_public(const struct policy_prefix *prefix)
{
	for (size_t i = 0; i < sizeof(private_prefixes) / sizeof(private_prefixes[0]); i++) {
		struct policy_prefix within;

		if (policy_address_parse(
			    private_prefixes[i], strlen(private_prefixes[i]), &within) &&
			prefix->family == within.family && prefix->bits >= within.bits &&
			same_bits(prefix->bytes, within.bytes, within.bits))
			return false;
	}
	return true;
}
