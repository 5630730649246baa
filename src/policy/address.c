/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/address.h"

#include <string.h>
#include <sys/socket.h>

#include "base/prefix.h"

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

bool policy_address_loopback(const struct prefix *prefix)
{
	static const unsigned char wide[16] = {[15] = 1};

	if (prefix->family == AF_INET)
		return prefix->bits == 32 && prefix->bytes[0] == 127;
	return prefix->family == AF_INET6 && prefix->bits == 128 &&
	       memcmp(prefix->bytes, wide, sizeof(wide)) == 0;
}

bool policy_address_public(const struct prefix *prefix)
{
	for (size_t i = 0; i < sizeof(private_prefixes) / sizeof(private_prefixes[0]); i++) {
		struct prefix within;

		if (prefix_parse(private_prefixes[i], strlen(private_prefixes[i]), &within) &&
			prefix_covers(&within, prefix))
			return false;
	}
	return true;
}
