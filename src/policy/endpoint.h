/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The one grammar of endpoints, for `connects` and for assertions:
 *
 *     db:5432   dns:53/udp   db:9300-9400   php:unix:/run/php/shop.sock
 *     api.stripe.com:443   *.stripe.com:443   storefront.2:3000
 *     10.0.0.0/8:443   [2001:db8::/32]:443   host:8125/udp   internet
 *
 * A peer without a dot is a service.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "policy/policy.h"

struct arena;

enum policy_peer {
	PEER_SERVICE,
	PEER_INSTANCE, /* storefront.2 */
	PEER_NAME,
	PEER_WILDCARD, /* `peer` begins with "*." */
	PEER_ADDRESSES,
	PEER_HOST,
	PEER_INTERNET,
};

struct policy_endpoint {
	enum policy_peer kind;
	enum policy_transport transport;
	const char *peer;
	uint16_t first, last; /* 0: no port given */
	const char *path;     /* unix */
	struct prefix prefix;
};

/* A hint for who names the service's own loopback and means somebody else. */
extern const char policy_own_loopback[];

/* Does it leave the stack? */
static inline bool policy_endpoint_leaves(const struct policy_endpoint *endpoint)
{
	return endpoint->kind != PEER_SERVICE && endpoint->kind != PEER_INSTANCE;
}

/*
 * Read @text.  Returns NULL, or what is wrong with it and in @hint (may become
 * NULL) what to write.  Without a port only when @bare.
 */
const char *policy_endpoint_parse(const char *text, bool bare, struct arena *arena,
	struct policy_endpoint *endpoint, const char **hint);
