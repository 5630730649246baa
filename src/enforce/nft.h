/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * nftables through libnftables, in the network namespace that the caller is in.
 */

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

/*
 * What packets have put into the sets whose name begins with @set (audit mode), for
 * @each: an address, "tcp" or "udp", a port.  0 or -errno with @why filled.
 */
int enforce_nft_recorded(const char *set,
	void (*each)(void *context, const char *address, const char *protocol, unsigned port),
	void *context, struct where where, struct fault *why);
