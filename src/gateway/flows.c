/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/flows.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/datagram.h"
#include "gateway/door.h"
#include "gateway/flow_table.h"
#include "gateway/outlet.h"
#include "gateway/server.h"
#include "gateway/source.h"
#include "gateway/upstream.h"

enum { TURN = 64 }; /* datagrams of one socket before the others have theirs */

struct gateway_flows {
	struct gateway_door *doors;
	size_t capacity;
	int epoll;
	struct gateway_sources *sources;
	struct gateway_flow_table *table;
	struct gateway_call *calls; /* of each flow */
	int *sockets;               /* of each, -1: it has none */
	unsigned char bytes[GATEWAY_DATAGRAM];
};

bool gateway_flows_wanted(const struct gateway_door *doors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (doors[i].datagrams)
			return true;
	return false;
}

/* Of an outlet the places are its services', else the doors'. */
static size_t owners_of(const struct gateway_door *doors, size_t count)
{
	return doors[0].outlet ? gateway_outlet_owners(doors[0].outlet) : count;
}

void gateway_flows_free(struct gateway_flows *flows)
{
	if (!flows)
		return;
	free(flows->table);
	free(flows->calls);
	free(flows->sockets);
	free(flows);
}

struct gateway_flows *gateway_flows(struct gateway_door *doors, size_t count, size_t capacity,
	int epoll, struct gateway_sources *sources)
{
	struct gateway_flows *flows = calloc(1, sizeof(*flows));

	if (!flows)
		return NULL;
	flows->doors = doors;
	flows->capacity = capacity;
	flows->epoll = epoll;
	flows->sources = sources;
	flows->table = gateway_flow_table(capacity, owners_of(doors, count));
	flows->calls = calloc(capacity, sizeof(*flows->calls));
	flows->sockets = calloc(capacity, sizeof(*flows->sockets));
	if (!flows->table || !flows->calls || !flows->sockets) {
		gateway_flows_free(flows);
		return NULL;
	}
	for (size_t i = 0; i < capacity; i++)
		flows->sockets[i] = -1;
	return flows;
}

static void close_socket(struct gateway_flows *flows, size_t flow)
{
	if (flows->sockets[flow] >= 0)
		close(flows->sockets[flow]);
	flows->sockets[flow] = -1;
}

static void end_flow(struct gateway_flows *flows, size_t flow)
{
	const struct gateway_call *call = &flows->calls[flow];

	close_socket(flows, flow);
	if (!call->door->outlet)
		gateway_source_leave(flows->sources, call->door, &call->client);
	gateway_flow_end(flows->table, flow);
}

void gateway_flows_end(struct gateway_flows *flows)
{
	for (size_t i = 0; i < flows->capacity; i++)
		if (flows->sockets[i] >= 0)
			end_flow(flows, i);
}

/* A socket that is connected to the first end that was not tried; false: there is none. */
static bool call_next(struct gateway_flows *flows, size_t flow)
{
	struct gateway_call *call = &flows->calls[flow];
	const size_t ends = gateway_call_ends(call);
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = gateway_event(flow, SIDE_FLOW)};

	close_socket(flows, flow);
	while (flows->sockets[flow] < 0 && call->tried < ends) {
		int fd = gateway_upstream(call, call->end);

		flows->sockets[flow] = fd < 0 ? -1 : fd;
		call->end = (call->end + 1) % ends;
		call->tried++;
	}
	return flows->sockets[flow] >= 0 &&
	       epoll_ctl(flows->epoll, EPOLL_CTL_ADD, flows->sockets[flow], &event) == 0;
}

/* May @call be made?  Then it says how: the instances have their clients in turn. */
static bool admit(struct gateway_flows *flows, struct gateway_call *call)
{
	struct gateway_door *door = call->door;

	if (door->outlet)
		return gateway_outlet_admit_flow(door->outlet, call);
	if (!gateway_source_enter(flows->sources, door, &call->client))
		return false;
	call->end = door->next;
	door->next = (door->next + 1) % door->service_count;
	return true;
}

static size_t owner_of(const struct gateway_flows *flows, const struct gateway_call *call)
{
	return call->door->outlet ? gateway_outlet_owner(call->door->outlet, call)
				  : (size_t)(call->door - flows->doors);
}

/* The number of a flow that begins, or FLOW_NONE. */
static size_t begin_flow(struct gateway_flows *flows, const struct gateway_flow_key *key,
	struct gateway_call *call, long now)
{
	if (!admit(flows, call))
		return FLOW_NONE;
	const size_t oldest = gateway_flow_in_the_way(flows->table);
	if (oldest != FLOW_NONE)
		end_flow(flows, oldest);
	const size_t flow = gateway_flow_begin(flows->table, key, owner_of(flows, call), now);
	if (flow == FLOW_NONE) {
		if (!call->door->outlet)
			gateway_source_leave(flows->sources, call->door, &call->client);
		return FLOW_NONE;
	}
	flows->calls[flow] = *call;
	if (call_next(flows, flow))
		return flow;
	end_flow(flows, flow);
	return FLOW_NONE;
}

/* On the loopback, and from an instance that is away, a refusal is there at once. */
static bool is_refused(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error != 0;
}

/* The first datagram of a flow is sent until an end takes it.  False: there is none. */
static bool send_first(struct gateway_flows *flows, size_t flow, size_t length)
{
	do {
		const int fd = flows->sockets[flow];

		if (gateway_datagram_pass(fd, flows->bytes, length) == 0 && !is_refused(fd))
			return true;
	} while (call_next(flows, flow));
	return false;
}

/* What an earlier datagram was refused with is heard of by the next one, which is not sent. */
static bool is_refusal(ssize_t error)
{
	return error == -ECONNREFUSED || error == -EHOSTUNREACH || error == -ENETUNREACH ||
	       error == -EACCES || error == -EPERM;
}

static void pass(struct gateway_flows *flows, struct gateway_call *call, size_t length, long now)
{
	const struct gateway_flow_key key =
		gateway_flow_key((size_t)(call->door - flows->doors), &call->client, &call->wanted);
	size_t flow = gateway_flow_find(flows->table, &key);

	if (flow != FLOW_NONE) {
		gateway_flow_passed(flows->table, flow, false, now);
		if (!is_refusal(gateway_datagram_pass(flows->sockets[flow], flows->bytes, length)))
			return;
		end_flow(flows, flow);
	}
	flow = begin_flow(flows, &key, call, now);
	if (flow != FLOW_NONE && !send_first(flows, flow, length))
		end_flow(flows, flow);
}

void gateway_flows_hear(struct gateway_flows *flows, size_t index, long now)
{
	struct gateway_door *door = &flows->doors[index];

	for (int i = 0; i < TURN; i++) {
		struct gateway_call call = {.door = door};
		const ssize_t length = gateway_datagram_hear(
			door->listener, door->port, flows->bytes, &call.client, &call.wanted);

		if (length >= 0)
			pass(flows, &call, (size_t)length, now);
		else if (length != -EBADMSG)
			break;
	}
}

/* False: nothing more is there now. */
static bool answer(struct gateway_flows *flows, size_t flow, long now)
{
	const struct gateway_call *call = &flows->calls[flow];
	const ssize_t length = gateway_datagram_take(flows->sockets[flow], flows->bytes);

	if (length == -EAGAIN)
		return false;
	if (length >= 0) {
		gateway_flow_passed(flows->table, flow, true, now);
		gateway_datagram_answer(call->door->listener, flows->bytes, (size_t)length,
			&call->client, &call->wanted);
		return true;
	}
	/* Its next datagram goes to another end, or begins anew. */
	if (gateway_flow_answered(flows->table, flow) || !call_next(flows, flow))
		end_flow(flows, flow);
	return false;
}

void gateway_flows_answer(struct gateway_flows *flows, size_t flow, long now)
{
	for (int i = 0; i < TURN && flows->sockets[flow] >= 0; i++)
		if (!answer(flows, flow, now))
			break;
}

void gateway_flows_end_late(struct gateway_flows *flows, long now)
{
	size_t flow;

	while ((flow = gateway_flow_late(flows->table, now)) != FLOW_NONE)
		end_flow(flows, flow);
}

bool gateway_flows_any(const struct gateway_flows *flows)
{
	return gateway_flow_count(flows->table) > 0;
}
