/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The flows of datagrams that are open: who asks whom, and since when both are silent.  No socket
 * is known here.
 *
 * All memory is there from the start.  A datagram says of nothing that it ends, so time does: where
 * nobody, or only once, has answered soon; where both go on, later.  When there is no place left,
 * whoever has most of them gives one up, of those that are no exchange first, the one that is
 * silent for longest: nobody takes the places of others.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union gateway_address;

/* Seconds, as the kernel's own table has them (nf_conntrack_udp_timeout): silent for so long it is
 * over, and so long when it is an exchange, which has answers after its first moments. */
enum { FLOW_SECONDS = 30, FLOW_EXCHANGE_SECONDS = 120, FLOW_FIRST_SECONDS = 2 };

#define FLOW_NONE SIZE_MAX

struct gateway_flow_table;

/* Of @client at its door number @door, to @wanted. */
struct gateway_flow_key {
	unsigned char client[16], wanted[16];
	uint32_t scope, door; /* scope: of a client on a link (IPv6) */
	uint16_t client_port, wanted_port;
};

struct gateway_flow_key gateway_flow_key(
	size_t door, const union gateway_address *client, const union gateway_address *wanted);

/* Room for @capacity flows at a time of whoever has a number below @owners.  NULL: no memory. Freed
 * by free(). */
struct gateway_flow_table *gateway_flow_table(size_t capacity, size_t owners);

/* Its number, or FLOW_NONE. */
size_t gateway_flow_find(
	const struct gateway_flow_table *table, const struct gateway_flow_key *key);

/* Which one has to end before another one can begin, or FLOW_NONE: there is a place. */
size_t gateway_flow_in_the_way(const struct gateway_flow_table *table);

/* A new one of @owner, of which there is no other by that key; FLOW_NONE: there is no place. */
size_t gateway_flow_begin(struct gateway_flow_table *table, const struct gateway_flow_key *key,
	size_t owner, long now);

/* Something has passed: an answer, or not. */
void gateway_flow_passed(struct gateway_flow_table *table, size_t flow, bool answer, long now);

/* Has it ever been answered? */
bool gateway_flow_answered(const struct gateway_flow_table *table, size_t flow);

void gateway_flow_end(struct gateway_flow_table *table, size_t flow);

/* One whose time is over at @now, or FLOW_NONE. */
size_t gateway_flow_late(const struct gateway_flow_table *table, long now);

size_t gateway_flow_count(const struct gateway_flow_table *table);
