/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What bench/edges.c measures, and beside what. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct plan;

/* Milliseconds of the monotonic clock. */
double edges_now(void);

/* Say what failed, and end. */
_Noreturn void edges_fail(const char *what);

/* The edges of @plan as one rule each, of the text of nft; freed by the caller. */
char *edges_linear(const struct plan *plan);

/* The same of IPv4 in a file for iptables-restore; its path, which lives in @arena. */
const char *edges_iptables(const struct plan *plan, struct arena *arena);

/* Restore it here; false: there is no iptables-nft-restore. */
bool edges_restore(const char *path);

/* Add an edge that is in no set of the router @network's, and take it away, @count times:
 * milliseconds. */
void edges_change(const struct plan *plan, int network, double *adds, double *aways, size_t count);

/* Packets that began a connection while the table was replaced. */
struct edges_flood {
	size_t replaced;
	unsigned long allowed, lost, forbidden, passed;
};

void edges_flood(const struct plan *plan, struct edges_flood *flood);
