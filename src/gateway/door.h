/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Doors: the published ports.  Each is a listening socket in the host's network
 * namespace, or one that awaits datagrams, opened before the gateway is confined
 * (gateway/listener.h, gateway/datagram.h), and the service behind it.  The outlet's are the same,
 * turned round (gateway/outlet.h).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "gateway/address.h"

struct arena;
struct fault;
struct gateway_outlet;
struct plan;
struct plan_publish;
struct plan_ranges;

struct gateway_door {
	const struct plan_publish *publish; /* the first that is at this address */
	int listener;
	bool datagrams; /* what comes is a flow (gateway/flows.h), not a connection */
	unsigned port;  /* that the listener has */
	const struct gateway_outlet *outlet; /* outwards: who may go where; NULL: a door inwards */
	socklen_t length;                    /* of the addresses of its family */
	union gateway_address *services;     /* where each instance of the service listens */
	size_t service_count, next;          /* next: the instance that the next client is given */
	union gateway_address own; /* the router's, for clients whose address cannot be kept */
	struct prefix stack;       /* the stack's own addresses: no client has one */
	struct prefix *ranges;     /* who may come; none: everybody */
	size_t range_count;
	struct plan_ranges *shown; /* datagrams: clients that a service may answer */
	size_t shown_count;
	uint32_t per_source; /* connections of one client (gateway/source.h); 0: any */
	uint32_t group;      /* doors of the same port of the same service have the same */
};

/* Open all doors of @plan; the array lives in @arena, the caller closes the listeners.  Who asks by
 * one of datagrams is noted in the map @asked (enforce/answers.h). */
int gateway_doors_open(const struct plan *plan, int asked, struct arena *arena,
	struct gateway_door **doors, size_t *count, struct fault *why);
void gateway_doors_close(struct gateway_door *doors, size_t count);
