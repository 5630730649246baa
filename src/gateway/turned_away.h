/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Whom the gateway and the outlet have turned away: they are connected to first, so no table knows
 * of it.  In memory that others read too (stack/turned_away.h).  The newest are kept: whoever fills
 * it with many addresses hides those before his, and gets nothing for it.
 */

#include <stdint.h>

#include "gateway/hello.h"

union gateway_address;

enum gateway_turned_reason {
	TURNED_SOURCE = 1, /* a client whose address the published port does not name */
	TURNED_COUNT,      /* or who has all the connections that it gives to one */
	TURNED_WAY,        /* a service that no line leads there, or to this machine */
	TURNED_HELLO,      /* or whose hello by TLS names nobody that its lines do */
};

enum { TURNED_AWAY = 64 };

struct gateway_turned_away {
	struct gateway_turned {
		uint64_t count;                /* 0: nobody's place */
		int64_t last;                  /* milliseconds */
		uint32_t reason, family, port; /* family: AF_INET or AF_INET6; port: of `wanted` */
		unsigned char client[16], wanted[16]; /* inwards the address of the door */
		char name[HELLO_NAME];                /* of the hello, or "" */
	} newest[TURNED_AWAY];
};

/* Remember it, in the place of the one that came last longest ago.  @all NULL: nobody asks. */
void gateway_turn_away(struct gateway_turned_away *all, enum gateway_turned_reason reason,
	const union gateway_address *client, const union gateway_address *wanted, const char *name);
