/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The outlet: the gateway with its two ends turned round.  Its listening sockets
 * are in the router's network, one for each port of the host that a service of
 * the stack may reach, and the router's table says which service may use which;
 * it connects to that port of this machine's loopback.  Bytes alone pass: no
 * socket of the host's is ever in a service's hands.
 */

#include <stddef.h>

struct arena;
struct enforce_network_router;
struct fault;
struct gateway_door;
struct plan;

/* Listen in the router's network, as gateway_doors_open() does in the host's.  Needs root. */
int gateway_outlet_open(const struct plan *plan, const struct enforce_network_router *router,
	struct arena *arena, struct gateway_door **doors, size_t *count, struct fault *why);
