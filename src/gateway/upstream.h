/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The connection to whom a client asks for: inwards to an instance of the service, made in the
 * client's name; outwards, by the outlet, in nobody's.
 */

#include <stdbool.h>
#include <stddef.h>

#include "gateway/door.h"

/* Whose a connection is, and until it is open, which ends were tried for it. */
struct gateway_call {
	struct gateway_door *door;
	union gateway_address client;
	union gateway_address wanted; /* whom the client called: outwards, and by datagrams */
	bool host;                    /* and that is this machine's loopback */
	bool hello; /* or: its first message has to name somebody whom the client may reach */
	size_t end, tried; /* end: the next one */
};

/*
 * May a service be shown @client as its peer?  Not loopback, link-local or
 * multicast, which mean something else on the other side, and not an address of
 * the stack: then the router's own is used.
 */
bool gateway_address_kept(const struct gateway_door *door, const union gateway_address *client);

/* How many ends @call may have: instances, the two addresses of the loopback, or one. */
size_t gateway_call_ends(const struct gateway_call *call);

/* A socket that connects to end @index of @call, or a negative errno. */
int gateway_upstream(const struct gateway_call *call, size_t index);
