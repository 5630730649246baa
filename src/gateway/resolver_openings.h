/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which addresses are open for which edge, as far as is remembered, and which are being opened. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway_opened;
struct gateway_opening;
struct gateway_resolver_openings;

/* NULL: no memory.  Freed by free(). */
struct gateway_resolver_openings *gateway_resolver_openings(uint64_t seed);

enum { OPENING_DONE = -1, OPENING_FAILED = -2 };

/*
 * @address (4 or 16 bytes) is to be open for @edge for @seconds from @now.  OPENING_DONE: it is;
 * OPENING_FAILED: it cannot be asked for; else the number of what has to be waited for.
 */
int gateway_resolver_openings_want(struct gateway_resolver_openings *openings, uint32_t edge,
	bool wide, const unsigned char *address, uint32_t seconds, int64_t now);

/* The next one to be asked for; it is asked when sent() says so. */
bool gateway_resolver_openings_next(
	const struct gateway_resolver_openings *openings, struct gateway_opening *opening);
void gateway_resolver_openings_sent(struct gateway_resolver_openings *openings);

/* Returns the number that was waited for, or -1 when nobody waits for this one. */
int gateway_resolver_openings_heard(
	struct gateway_resolver_openings *openings, const struct gateway_opened *opened);

/* Nobody answers any more: what is being opened is not. */
void gateway_resolver_openings_end(struct gateway_resolver_openings *openings);
