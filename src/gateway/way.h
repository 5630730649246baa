/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which service may go where outside, by its address: the plan's lines, made ready for the outlet,
 * which is asked by nobody's name. */

#include <stdbool.h>
#include <stddef.h>

#include "plan/service.h"

struct arena;
struct plan;
union gateway_address;

struct gateway_ways;

/* Lives in @arena. */
const struct gateway_ways *gateway_ways(const struct plan *plan, struct arena *arena);

/* Does a line of the service at @client reach the port @port of this machine's loopback? */
bool gateway_way_host(const struct gateway_ways *ways, enum plan_transport transport,
	const union gateway_address *client, unsigned port);

/* Does one reach @wanted, an address outside, at its port? */
enum gateway_way {
	WAY_NONE,
	WAY_OPEN,
	WAY_NAMED, /* only who says by TLS that it wants a declared name */
};
enum gateway_way gateway_way_outside(const struct gateway_ways *ways, enum plan_transport transport,
	const union gateway_address *client, const union gateway_address *wanted);

/* Does a line of it with `tls` name @name, in small letters, at @port? */
bool gateway_way_named(const struct gateway_ways *ways, const union gateway_address *client,
	unsigned port, const char *name);

/* A number for @client, below that of all ways: whose is whose.  Only of one that has a way. */
size_t gateway_way_number(const struct gateway_ways *ways, const union gateway_address *client);
size_t gateway_way_count(const struct gateway_ways *ways);

/* Is @address the router's? */
bool gateway_way_router(const struct gateway_ways *ways, const union gateway_address *address);
