/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The outlet: the gateway with its two ends turned round.  Its listening sockets
 * are in the router's network, one for each port that a service of the stack may
 * reach outside (by datagrams another one), and it connects from the host's.  Bytes alone pass: no
 * socket of the host's is ever in a service's hands.
 *
 * A port of this machine's loopback is asked for at the router's own address.  For addresses
 * outside the socket is transparent: it is called by the address that the service means.  The
 * router's table says which service may use which; the outlet judges each call once more by the
 * service's address, and refuses an address of this machine, whatever range it lies in.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct enforce_network_router;
struct fault;
struct gateway_call;
struct gateway_door;
struct gateway_outlet;
struct plan;

/* Listen in the router's network, as gateway_doors_open() does in the host's.  Needs root. */
int gateway_outlet_open(const struct plan *plan, const struct enforce_network_router *router,
	struct arena *arena, struct gateway_door **doors, size_t *count, struct fault *why);

/* The descriptor by which it asks about routes; borrowed. */
int gateway_outlet_routes(const struct gateway_outlet *outlet);

/* May the client of @call, whose connection is @client, have whom it calls?  Then that is filled
 * in, also whether the client has to say first whom it wants. */
bool gateway_outlet_admit(
	const struct gateway_outlet *outlet, int client, struct gateway_call *call);

/* The same of a datagram, of which @call says whom it is for. */
bool gateway_outlet_admit_flow(const struct gateway_outlet *outlet, struct gateway_call *call);

/* A number of the service that calls, admitted, below that of all; and how many there are. */
size_t gateway_outlet_owner(const struct gateway_outlet *outlet, const struct gateway_call *call);
size_t gateway_outlet_owners(const struct gateway_outlet *outlet);

/* It said so, by a hello of TLS: may it reach @name at the port that it called? */
bool gateway_outlet_named(
	const struct gateway_outlet *outlet, const struct gateway_call *call, const char *name);
