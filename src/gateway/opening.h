/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Between the resolver, which learns addresses, and the launcher, which may open them: a
 * SOCK_SEQPACKET pair with messages of fixed size.  The resolver asks, the launcher answers
 * each number once, in any order.  To open what is open already prolongs it: it stays open
 * for the longer of both.
 */

#include <assert.h>
#include <stdint.h>

struct gateway_opening {
	uint32_t number;   /* the asker's own, by which it knows the answer */
	uint32_t edge;     /* index of the edge to a name */
	uint32_t seconds;  /* how long it is to be open, from now on */
	uint8_t family;    /* 4 or 6 */
	uint8_t bytes[16]; /* as they travel; of IPv4 the first four, the others 0 */
	uint8_t nothing[3];
};
static_assert(sizeof(struct gateway_opening) == 32, "both ends are one build, of one layout");

struct gateway_opened {
	uint32_t number;
	int32_t result; /* 0: it is open now; else a negative errno, and it is not */
};
