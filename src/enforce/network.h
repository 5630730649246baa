/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The network of a stack: one router namespace, one veth pair for each service that has network
 * edges, the service's own nft table and the router's, and the generated hosts file.
 */

#include "base/where.h"

struct fault;
struct plan;
struct plan_service;

/* Namespaces of a stack's router; the caller closes the descriptors. */
struct enforce_network_router {
	int user;    /* the stack's own user namespace, which only the gateway enters */
	int network; /* owned by it */
};

/*
 * Make the router: namespaces, loopback, forwarding, policy routing for the
 * transparent relay, and its nft table (what is in no set of edges or doors is refused).
 */
int enforce_network_router(
	const struct plan *plan, struct enforce_network_router *router, struct fault *why);

/* Put @plan's table into the place of the one that the router @network has: in one step, so that
 * nothing passes in between. */
int enforce_network_renew_router(const struct plan *plan, int network, struct fault *why);

/* Take the link of @service out of the router, where one is left.  Nobody of it may run. */
int enforce_network_unlink(
	const struct plan_service *service, int router_network, struct fault *why);

/*
 * Make @service's network namespace (owned by the caller's user namespace), its
 * link, addresses, routes to declared peers only, and its own table (input =
 * listens, output = connects, else reject).  A service without network edges
 * gets loopback alone; then @router_network may be -1.  *@network: the caller closes it.
 */
int enforce_network_service(const struct plan *plan, const struct plan_service *service,
	int router_network, int *network, struct fault *why);

/* The text of @service's hosts file; lives in @arena. */
struct arena;
const char *enforce_network_hosts(
	const struct plan *plan, const struct plan_service *service, struct arena *arena);

/* Write it to hosts/NAME of @run_folder, in place.  Its descriptor, which the caller closes, or
 * -errno. */
int enforce_write_hosts(const struct plan *plan, const struct plan_service *service,
	const char *run_folder, struct where where, struct arena *arena, struct fault *why);

/* What @service in audit mode has called and who has called it, against the declared edges, as its
 * table in @network has recorded it: a sentence in @arena, or NULL with @why filled. */
const char *enforce_network_recorded(const struct plan *plan, const struct plan_service *service,
	int network, struct arena *arena, struct fault *why);

/*
 * Compare what the kernel holds (tables, links, routes) with the plan.
 * 0: as planned; 1: weaker, with @why saying what; negative: cannot tell.
 */
int enforce_network_verify_router(const struct plan *plan, int router_network, struct fault *why);
int enforce_network_verify_service(const struct plan *plan, const struct plan_service *service,
	int network, struct fault *why);
