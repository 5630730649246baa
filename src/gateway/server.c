/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "gateway/door.h"
#include "gateway/flows.h"
#include "gateway/source.h"

enum {
	/* Two sockets, and a pipe for each way. */
	DESCRIPTORS_EACH = 6,
	/* A flow's, of which there is one for each connection. */
	DESCRIPTORS_FLOW = 1,
	DESCRIPTORS_SPARE = 64,
};

long gateway_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* As many connections as the hard limit of descriptors allows; no more than that ever. */
static size_t settle_limit(size_t doors, bool datagrams)
{
	const rlim_t each = DESCRIPTORS_EACH + (datagrams ? DESCRIPTORS_FLOW : 0);
	struct rlimit limit;
	rlim_t wanted =
		GATEWAY_CONNECTIONS * each + DESCRIPTORS_SPARE + (rlim_t)RELAY_PIPES * 2 + doors;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	wanted = DESCRIPTORS_SPARE + (rlim_t)RELAY_PIPES * 2 + doors + each;
	if (limit.rlim_cur < wanted)
		return 0;
	return (limit.rlim_cur - wanted) / each + 1;
}

static int open_doors(struct gateway_server *server)
{
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll < 0)
		return -errno;
	for (size_t i = 0; i < server->door_count; i++) {
		struct epoll_event event = {
			.events = EPOLLIN, .data.u64 = gateway_event(i, SIDE_DOOR)};

		if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->doors[i].listener, &event) < 0)
			return -errno;
	}
	server->open = true;
	return 0;
}

static size_t flow_capacity(size_t capacity)
{
	return capacity < GATEWAY_FLOWS ? capacity : GATEWAY_FLOWS;
}

static void free_server(struct gateway_server *server)
{
	scoped_fd(&server->epoll);
	free(server->relays);
	free(server->calls);
	gateway_flows_free(server->flows);
	free(server->sources);
	free(server->ready);
	free(server->turn);
	free(server);
}

struct gateway_server *gateway_server(struct gateway_door *doors, size_t count,
	struct gateway_turned_away *turned, struct fault *why)
{
	const struct where nowhere = {0};
	const bool datagrams = gateway_flows_wanted(doors, count);
	size_t capacity = settle_limit(count, datagrams);
	struct gateway_server *server = calloc(1, sizeof(*server));
	int error;

	if (!capacity)
		fault(why, -EMFILE, nowhere, "the gateway may not open enough descriptors");
	else if (!server)
		fault(why, -ENOMEM, nowhere, "no memory for the gateway");
	if (!capacity || !server) {
		free(server);
		return NULL;
	}
	*server = (struct gateway_server){.doors = doors,
		.door_count = count,
		.turned = turned,
		.capacity = capacity,
		.epoll = -1,
		.now = gateway_seconds()};
	server->relays = calloc(capacity, sizeof(*server->relays));
	server->calls = calloc(capacity, sizeof(*server->calls));
	/* Connections and flows. */
	server->sources = gateway_sources(2 * capacity);
	server->ready = calloc(capacity, sizeof(*server->ready));
	server->turn = calloc(capacity, sizeof(*server->turn));
	if (!server->relays || !server->calls || !server->sources || !server->ready ||
		!server->turn) {
		fault(why, -ENOMEM, nowhere, "no memory for %zu connections", capacity);
		free_server(server);
		return NULL;
	}
	for (size_t i = 0; i < capacity; i++)
		server->relays[i].next = i + 1;
	error = open_doors(server);
	if (!error && datagrams) {
		server->flows = gateway_flows(
			doors, count, flow_capacity(capacity), server->epoll, server->sources);
		error = server->flows ? 0 : -ENOMEM;
	}
	if (error) {
		fault(why, error, nowhere, "cannot watch the doors");
		free_server(server);
		return NULL;
	}
	return server;
}
