/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The plan's graph as nftables text: pure, nothing is loaded here.
 *
 * Both tables refuse by default.  Edges are elements of sets, so a packet costs
 * the same with ten edges and with ten thousand.  What may pass between two
 * services is said twice, by the tables of both ends, and once more by the
 * router's.  The texts are for namespaces without a table: replacing an old one
 * in the same transaction costs a grace period of the kernel, some 10 ms.
 */

#include <stdbool.h>

struct plan;
struct plan_service;

/* The stack's table in the host, `gateway: nat`. */
#define NETWORK_HOST_TABLE "bulkhead_%s"

/* Of those that the kernel has to remember, how many a service may have open each way, clients from
 * outside at its doors, and the outlet's for it. */
enum { NETWORK_CONNECTIONS = 8192 };

/* Freed by the caller; NULL when memory is gone. */
char *enforce_network_rules_router(const struct plan *plan);
char *enforce_network_rules_host(const struct plan *plan); /* `gateway: nat` */
/* Is anything published that this table translates by IPv6? */
bool enforce_door_wide(const struct plan *plan);
/* Must the kernel follow the connections of @service? */
bool enforce_rules_follows(const struct plan *plan, const struct plan_service *service);
char *enforce_network_rules_service(const struct plan *plan, const struct plan_service *service);
