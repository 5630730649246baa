/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The state of a gateway that serves; only serve.c and server.c look into it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/door.h"
#include "gateway/relay.h"
#include "gateway/serve.h"
#include "gateway/upstream.h"

enum side { SIDE_CLIENT, SIDE_SERVICE, SIDE_DOOR, SIDE_FLOW, SIDES };

struct gateway_server {
	struct gateway_door *doors;
	size_t door_count;
	struct gateway_relay *relays;
	struct gateway_call *calls;  /* of each relay */
	size_t capacity, used, free; /* free: the first of the list; capacity: none */
	struct gateway_sources *sources;
	struct gateway_flows *flows;        /* NULL: no door is of datagrams */
	struct gateway_turned_away *turned; /* NULL: nobody asks */
	size_t *ready, ready_count;         /* have more to do than one turn */
	size_t *turn;                       /* the same, while they are served */
	size_t timed;                       /* have a deadline */
	int epoll;
	bool open;    /* doors of connections are watched */
	bool pressed; /* the kernel has no room: wait a little */
	long now;     /* seconds */
	struct gateway_relay_pool pool;
};

/* What epoll says of an event: whose it is. */
static inline uint64_t gateway_event(size_t index, enum side side)
{
	return (uint64_t)index * SIDES + side;
}

/* Seconds of the monotonic clock. */
long gateway_seconds(void);
