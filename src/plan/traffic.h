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
	/* By a line that leads outside, as its client's table sees it. */
	PLAN_TRAFFIC_OUTSIDE_BEGUN,
	PLAN_TRAFFIC_OUTSIDE_SENT,
	PLAN_TRAFFIC_OUTSIDE_RECEIVED,
	/* The name of a line that leads outside has, or had, this address. */
	PLAN_TRAFFIC_NAMED,
	/* Over a budget of the plan. */
	PLAN_TRAFFIC_OVER,
	/* Refused, since no line declares it. */
	PLAN_TRAFFIC_REFUSED_OUT,  /* to connect to, or send to, the other end */
	PLAN_TRAFFIC_REFUSED_IN,   /* the same of the other end, to this service */
	PLAN_TRAFFIC_REFUSED_BIND, /* to listen on a port, whatever the address */
	PLAN_TRAFFIC_REFUSED_NAME, /* to ask for a name, which stands for the address */
	/* Refused by a line: a client, the other end, that a published port does not name, or that
	 * has as many connections as it gives to one; and a service that says no declared name by
	 * TLS to the other end. */
	PLAN_TRAFFIC_REFUSED_SOURCE,
	PLAN_TRAFFIC_REFUSED_COUNT,
	PLAN_TRAFFIC_REFUSED_HELLO,
};

/* Which part of the kernel saw it. */
enum plan_traffic_layer {
	PLAN_TRAFFIC_LABELS,   /* programs of the service's cgroup */
	PLAN_TRAFFIC_TABLE,    /* its own table */
	PLAN_TRAFFIC_ROUTER,   /* the router's */
	PLAN_TRAFFIC_HOST,     /* the stack's table in the host, `gateway: nat` */
	PLAN_TRAFFIC_RESOLVER, /* and who of ours */
	PLAN_TRAFFIC_GATEWAY,
	PLAN_TRAFFIC_OUTLET,
	PLAN_TRAFFIC_LAYERS
};
extern const char *const plan_traffic_layer_names[PLAN_TRAFFIC_LAYERS];

/* Who the other end is. */
enum plan_traffic_other {
	PLAN_TRAFFIC_BY_ADDRESS, /* who has it */
	PLAN_TRAFFIC_THE_HOST,   /* a program of this machine */
	PLAN_TRAFFIC_THE_WORLD,  /* it came from beyond this machine, whatever address it wears */
};

enum { PLAN_TRAFFIC_NEVER = -1 }; /* nobody has noted when */

struct plan_traffic_item {
	enum plan_traffic_kind kind;
	enum plan_traffic_layer layer;
	const char *service; /* whose it is; NULL: of the router's own processes, or the host's */
	const char *address; /* of the other end; NULL: any */
	enum plan_traffic_other other;
	enum plan_transport transport;
	uint32_t port;
	uint32_t budget; /* of the plan's, from 1; 0: none */
	enum plan_over over;
	uint32_t outside; /* of the plan's lines that lead outside, from 1; 0: none */
	uint32_t publish; /* of its published ports, from 1; 0: none */
	const char *name; /* that was said by TLS; NULL: none */
	uint64_t packets, bytes;
	int64_t ago; /* seconds since the last, or PLAN_TRAFFIC_NEVER */
};

struct plan_traffic {
	struct arena *arena;
	struct plan_traffic_item *items;
	size_t count;
};
