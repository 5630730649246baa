/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * nftables through libnftables, in the network namespace that the caller is in.
 */

#include <stdint.h>

#include "base/where.h"

struct fault;

/* Carry out @text as one transaction.  @name is what messages call it. */
int enforce_nft_load(const char *text, const char *name, struct where where, struct fault *why);

/*
 * The whole ruleset as JSON lines, one object a line, without what differs from
 * load to load (handles, counters, order inside sets): equal rules give equal
 * text.  Freed by the caller; NULL with @why filled.
 */
char *enforce_nft_list(struct where where, struct fault *why);

/* The same of one table of family inet; "" when there is none. */
char *enforce_nft_list_table(const char *table, struct where where, struct fault *why);

/* What an element of a set, or a counter, has seen. */
struct enforce_nft_seen {
	const char *set, *counter; /* the name of one of them */
	/* An element that ends in address, protocol ("tcp", "udp") and port; before them @link, and
	 * between these @sender, or neither. */
	const char *link, *sender, *address, *protocol;
	unsigned port;
	uint64_t packets, bytes; /* 0 where it does not count */
	uint64_t left;           /* seconds until the element goes; 0: it does not */
};

/* Tell @each what @question ("list sets") finds; where there is no such table, nothing.  0 or
 * -errno with @why filled. */
int enforce_nft_see(const char *question,
	void (*each)(void *context, const struct enforce_nft_seen *seen), void *context,
	struct where where, struct fault *why);
