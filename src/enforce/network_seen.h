/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the kernel has counted and refused of a stack's communication, read back: from the tables of
 * its services and router, and from the programs of their cgroups.  It has been so since a service
 * was started; of what was refused, the newest.
 */

struct fault;
struct plan;
struct plan_service;
struct plan_traffic;

/* How long a refusal is remembered that does not come again: 30 days. */
enum { NETWORK_SEEN_SECONDS = 2592000 };

/* Add to @traffic, whose texts live in its arena, what @service's table in @network has seen. */
int enforce_network_seen(const struct plan *plan, const struct plan_service *service, int network,
	struct plan_traffic *traffic, struct fault *why);

/* What the router's has refused. */
int enforce_network_seen_router(
	const struct plan *plan, int network, struct plan_traffic *traffic, struct fault *why);

/* What the stack's table in the host has, in whose network the caller is; nothing where it has
 * none. */
int enforce_network_seen_host(
	const struct plan *plan, struct plan_traffic *traffic, struct fault *why);

/* What @service's cgroup has; nothing where no program is in it. */
int enforce_labels_seen(const struct plan *plan, const struct plan_service *service,
	struct plan_traffic *traffic, struct fault *why);
