/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Datagrams that a gateway or an outlet carries, beside its connections (gateway/serve.h).
 *
 * Who asks by a door, and whom, is a flow: a socket of its own that is connected to the other end,
 * so that nobody else's datagram is taken for an answer.  Inwards it has the client's address, as a
 * connection has; answers leave by the door, from the address that was asked.  An end that refuses
 * (ICMP) before it has answered gives way to another instance, or address of the loopback; later it
 * ends the flow.  What has no room is dropped: datagrams may be lost, and their senders know.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway_door;
struct gateway_flows;
struct gateway_sources;

/* Flows at a time, when the limit of descriptors allows it: one each. */
enum { GATEWAY_FLOWS = 8192 };

/* Is any of them a door of datagrams? */
bool gateway_flows_wanted(const struct gateway_door *doors, size_t count);

/* @capacity at a time, watched by @epoll; clients are counted in @sources.  NULL: no memory.  Lives
 * until the process ends, or gateway_flows_free(). */
struct gateway_flows *gateway_flows(struct gateway_door *doors, size_t count, size_t capacity,
	int epoll, struct gateway_sources *sources);
void gateway_flows_free(struct gateway_flows *flows);

/* Something waits at a door of datagrams. */
void gateway_flows_hear(struct gateway_flows *flows, size_t door, long now);

/* Something waits at the socket of a flow, which may have ended by now. */
void gateway_flows_answer(struct gateway_flows *flows, size_t flow, long now);

/* End those that have been silent for long. */
void gateway_flows_end_late(struct gateway_flows *flows, long now);

/* End all. */
void gateway_flows_end(struct gateway_flows *flows);

/* Are there any? */
bool gateway_flows_any(const struct gateway_flows *flows);
