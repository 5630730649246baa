/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/dns_name.h"

#include <arpa/nameser.h>

uint8_t gateway_dns_name_length(const unsigned char *wire)
{
	size_t length = 0;

	while (wire[length])
		length += 1u + wire[length];
	return (uint8_t)(length + 1);
}

bool gateway_dns_name_set(struct gateway_dns_name *name, const char *text)
{
	if (ns_name_pton(text, name->wire, sizeof(name->wire)) < 0)
		return false;
	name->length = gateway_dns_name_length(name->wire);
	return true;
}

void gateway_dns_name_text(const struct gateway_dns_name *name, char *text)
{
	if (ns_name_ntop(name->wire, text, DNS_NAME_TEXT) < 0)
		*text = '\0';
}

/* The lengths of labels are smaller than any letter. */
static unsigned char lower(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

int gateway_dns_name_compare(const unsigned char *left, const unsigned char *right, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (lower(left[i]) != lower(right[i]))
			return lower(left[i]) - lower(right[i]);
	return 0;
}

bool gateway_dns_name_equal(
	const struct gateway_dns_name *left, const struct gateway_dns_name *right)
{
	return left->length == right->length &&
	       gateway_dns_name_compare(left->wire, right->wire, left->length) == 0;
}

bool gateway_dns_name_within(
	const struct gateway_dns_name *name, const struct gateway_dns_name *zone)
{
	size_t start = 0;

	/* From label to label: the rest is compared where it is as long as the zone. */
	while ((size_t)(name->length - start) > zone->length)
		start += 1u + name->wire[start];
	return (size_t)(name->length - start) == zone->length &&
	       gateway_dns_name_compare(name->wire + start, zone->wire, zone->length) == 0;
}

uint64_t gateway_dns_name_hash(const struct gateway_dns_name *name, uint64_t seed)
{
	uint64_t state = seed;

	for (size_t i = 0; i < name->length; i++) {
		state = (state ^ lower(name->wire[i])) * 0x9e3779b97f4a7c15u;
		state ^= state >> 32;
	}
	return state;
}
