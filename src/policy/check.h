/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What can be said once all of a service, or all services, are known: the
 * contradictions that the text alone decides.
 */

#include <stdint.h>

struct policy_draft;
struct policy_endpoint;
struct policy_node;
struct policy_reading;
struct policy_service;

/* One service, its role merged in. */
void policy_check_service(struct policy_reading *reading, struct policy_draft *draft);

/* The keys of its life: jobs, probes, instances; called by the above. */
void policy_check_life(struct policy_reading *reading, const struct policy_service *service);

/* Between services: peers and what they listen on, doors, sockets, order. */
void policy_check_edges(struct policy_reading *reading);
void policy_check_doors(struct policy_reading *reading);
void policy_check_order(struct policy_reading *reading);

/* The draft of the service called @name, or NULL. */
struct policy_draft *policy_find_draft(struct policy_reading *reading, const char *name);

/* "unknown service", with a "did you mean" and, where it is not NULL, a hint. */
void policy_unknown_service(struct policy_reading *reading, const struct policy_node *at,
	const char *name, const char *hint);

/* Which instance @to names; 0: none. */
uint32_t policy_instance(const struct policy_endpoint *to);

/* The draft of the service that @to names, or an instance of; NULL after a complaint at @at. */
struct policy_draft *policy_find_peer(struct policy_reading *reading, const struct policy_node *at,
	const struct policy_endpoint *to);

/* The hint where a peer was meant. */
extern const char policy_peer_hint[];

/* `assert`: evaluated over declared edges. */
void policy_check_assertions(struct policy_reading *reading, const struct policy_node *list);
