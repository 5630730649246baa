/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The gateway's loop: accept at the doors, connect to the services, relay.
 *
 * All memory and the count of descriptors are settled before the process is
 * confined.  When every connection is taken, the doors wait: new clients stay in
 * the kernel's queue instead of being taken and dropped.
 */

#include <stddef.h>

struct fault;
struct gateway_door;
struct gateway_server;
struct gateway_turned_away;

/* Connections at a time, when the limit of descriptors allows it. */
enum { GATEWAY_CONNECTIONS = 8192 };

/* Lives until the process ends.  Whom it turns away it writes to @turned, unless NULL. */
struct gateway_server *gateway_server(struct gateway_door *doors, size_t count,
	struct gateway_turned_away *turned, struct fault *why);

/* Serve until the process is told to end; told to leave (gateway/process.h), until nobody is served
 * any more. */
void gateway_serve(struct gateway_server *server);
