/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the kernel has counted of a stack's communication: plain data, which enforce reads back by
 * the addresses of a plan and analyze tells of by its names.
 */

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

enum plan_traffic_kind {
	/* By an edge, as its client's table sees it: the other end is the peer. */
	PLAN_TRAFFIC_SENT,
	PLAN_TRAFFIC_RECEIVED,
	PLAN_TRAFFIC_BEGUN, /* packets that began something */
	/* By a published port, as the service's table sees it. */
	PLAN_TRAFFIC_DOOR_BEGUN,
	PLAN_TRAFFIC_DOOR_RECEIVED,
	PLAN_TRAFFIC_DOOR_SENT,
	/* Over a budget of the plan. */
	PLAN_TRAFFIC_OVER,
	/* Refused, since no line declares it. */
	PLAN_TRAFFIC_REFUSED_OUT,  /* to connect to, or send to, the other end */
	PLAN_TRAFFIC_REFUSED_IN,   /* the same of the other end, to this service */
	PLAN_TRAFFIC_REFUSED_BIND, /* to listen on a port, whatever the address */
	PLAN_TRAFFIC_REFUSED_NAME, /* to ask for a name, which stands for the address */
};

/* Which part of the kernel saw it. */
enum plan_traffic_layer {
	PLAN_TRAFFIC_LABELS,   /* programs of the service's cgroup */
	PLAN_TRAFFIC_TABLE,    /* its own table */
	PLAN_TRAFFIC_ROUTER,   /* the router's */
	PLAN_TRAFFIC_RESOLVER, /* and who of ours */
	PLAN_TRAFFIC_LAYERS
};
extern const char *const plan_traffic_layer_names[PLAN_TRAFFIC_LAYERS];

enum { PLAN_TRAFFIC_NEVER = -1 }; /* nobody has noted when */

struct plan_traffic_item {
	enum plan_traffic_kind kind;
	enum plan_traffic_layer layer;
	const char *service; /* whose it is; NULL: of the router's own processes */
	const char *address; /* of the other end; NULL: any */
	enum plan_transport transport;
	uint32_t port;
	uint32_t budget; /* of the plan's, from 1; 0: none */
	enum plan_over over;
	uint64_t packets, bytes;
	int64_t ago; /* seconds since the last, or PLAN_TRAFFIC_NEVER */
};

struct plan_traffic {
	struct arena *arena;
	struct plan_traffic_item *items;
	size_t count;
};
