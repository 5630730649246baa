/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who comes by a door: is he in its ranges, and has he room left?
 *
 * Connections are counted for one port of a service, by all its doors together, and for
 * one client: an address of IPv4, or the 64 bits of IPv6 that one customer is given
 * (RFC 6177), within which addresses are his to choose.  All memory is there from the start.
 */

#include <stdbool.h>
#include <stddef.h>

struct gateway_door;
struct gateway_sources;
union gateway_address;

/* Room for @capacity connections at a time; NULL: no memory.  Freed by free(). */
struct gateway_sources *gateway_sources(size_t capacity);

/* Is he in its ranges? */
bool gateway_source_may_come(const struct gateway_door *door, const union gateway_address *client);

/* And may one more connection of @client come by @door?  Then it is counted, until it leaves. */
bool gateway_source_enter(struct gateway_sources *sources, const struct gateway_door *door,
	const union gateway_address *client);
void gateway_source_leave(struct gateway_sources *sources, const struct gateway_door *door,
	const union gateway_address *client);
