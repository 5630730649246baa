/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The routes of a service: to the services that it connects to and that connect
 * to it, everywhere when it publishes, else to the router.  Nobody may send
 * there for that alone: but only from an address that a route leads to does a
 * service hear that a packet cannot arrive (rp_filter; RFC 1812, 4.3.2.4).
 * Shared by who sets and who checks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan;
struct plan_service;

/* Does @service connect to a port of the host?  Then it goes by the router's address. */
bool enforce_network_asks_host(const struct plan *plan, const struct plan_service *service);

/* Does it leave the stack, by its outlet? */
bool enforce_network_outward(const struct plan *plan, const struct plan_service *service);

/* Is @peer the other end of a network edge of @service? */
bool enforce_network_peers(const struct plan *plan, const struct plan_service *service,
	const struct plan_service *peer);

/* The same of all at once: a flag for each of the plan's services, in @arena.  Who goes through all
 * of them asks this, or the edges would be gone through for each. */
struct arena;
const bool *enforce_network_all_peers(
	const struct plan *plan, const struct plan_service *service, struct arena *arena);

enum { NETWORK_PROBES = 2 }; /* of `ready` and of `healthy` */

/*
 * The TCP ports at which the router asks @service whether it is ready or healthy, each once, into
 * @ports; returns how many.  For these the router's address has a way to it.
 */
size_t enforce_network_probes(const struct plan_service *service, uint32_t ports[NETWORK_PROBES]);
