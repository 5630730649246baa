/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/serve.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "gateway/door.h"
#include "gateway/relay.h"
#include "gateway/upstream.h"

enum {
	/* Two sockets, and a pipe for each way. */
	DESCRIPTORS_EACH = 6,
	DESCRIPTORS_SPARE = 64,
	EVENTS = 256,
	ACCEPTS = 64, /* by one door in one turn */
	CONNECT_SECONDS = 10,
	HALF_CLOSED_SECONDS = 120,
	TICK_MILLISECONDS = 1000,
	PAUSE_MILLISECONDS = 100,
};

enum side { SIDE_CLIENT, SIDE_SERVICE, SIDE_DOOR, SIDES };

struct gateway_server {
	struct gateway_door *doors;
	size_t door_count;
	struct relay *relays;
	size_t capacity, used, free; /* free: the first of the list; capacity: none */
	size_t *ready, ready_count;  /* have more to do than one turn */
	size_t *turn;                /* the same, while they are served */
	size_t timed;                /* have a deadline */
	int epoll;
	bool open;    /* doors are watched */
	bool pressed; /* the kernel has no room: wait a little */
	long now;     /* seconds */
	struct relay_pool pool;
};

static uint64_t event_key(size_t index, enum side side)
{
	return (uint64_t)index * SIDES + side;
}

static void watch_doors(struct gateway_server *server, bool open)
{
	for (size_t i = 0; server->open != open && i < server->door_count; i++) {
		struct epoll_event event = {
			.events = open ? EPOLLIN : 0, .data.u64 = event_key(i, SIDE_DOOR)};

		epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->doors[i].listener, &event);
	}
	server->open = open;
}

static void set_deadline(struct gateway_server *server, struct relay *relay, long seconds)
{
	server->timed -= relay->deadline != 0;
	relay->deadline = seconds ? server->now + seconds : 0;
	server->timed += relay->deadline != 0;
}

static void end_relay(struct gateway_server *server, size_t index, bool reset)
{
	struct relay *relay = &server->relays[index];

	set_deadline(server, relay, 0);
	relay_close(relay, reset, &server->pool);
	relay->next = server->free;
	server->free = index;
	server->used--;
	watch_doors(server, !server->pressed);
}

static void move_relay(struct gateway_server *server, size_t index)
{
	struct relay *relay = &server->relays[index];
	enum relay_result result = relay_move(relay, &server->pool);

	if (result == RELAY_DONE || result == RELAY_BROKEN) {
		end_relay(server, index, result == RELAY_BROKEN);
		return;
	}
	set_deadline(
		server, relay, relay->up.passed || relay->down.passed ? HALF_CLOSED_SECONDS : 0);
	if (result == RELAY_MORE && !relay->waiting) {
		relay->waiting = true;
		server->ready[server->ready_count++] = index;
	}
}

static void finish_connect(struct gateway_server *server, size_t index)
{
	struct relay *relay = &server->relays[index];
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(relay->service, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error) {
		end_relay(server, index, true);
		return;
	}
	relay->state = RELAY_OPEN;
	set_deadline(server, relay, 0);
	move_relay(server, index);
}

static void handle_relay(
	struct gateway_server *server, size_t index, enum side side, uint32_t events)
{
	struct relay *relay = &server->relays[index];

	if (relay->state == RELAY_FREE)
		return;
	if (relay->state == RELAY_CONNECTING && side == SIDE_SERVICE) {
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			finish_connect(server, index);
		return;
	}
	if (events & EPOLLERR)
		end_relay(server, index, true);
	else if (relay->state == RELAY_OPEN)
		move_relay(server, index);
}

static bool watch_relay(struct gateway_server *server, size_t index)
{
	struct relay *relay = &server->relays[index];
	struct epoll_event client = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u64 = event_key(index, SIDE_CLIENT)};
	struct epoll_event service = {
		.events = client.events, .data.u64 = event_key(index, SIDE_SERVICE)};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, relay->client, &client) == 0 &&
	       epoll_ctl(server->epoll, EPOLL_CTL_ADD, relay->service, &service) == 0;
}

static void begin_relay(struct gateway_server *server, const struct gateway_door *door, int client,
	const union gateway_address *address)
{
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int service = gateway_upstream(door, address);
	size_t index = server->free;
	struct relay *relay;

	if (service < 0) {
		setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(client);
		return;
	}
	relay = &server->relays[index];
	server->free = relay->next;
	server->used++;
	relay_open(relay, client, service);
	set_deadline(server, relay, CONNECT_SECONDS);
	if (!watch_relay(server, index))
		end_relay(server, index, true);
}

/* Errors that belong to one client, not to the door (accept(2)). */
static bool client_error(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

static void handle_door(struct gateway_server *server, size_t index)
{
	struct gateway_door *door = &server->doors[index];

	for (int i = 0; i < ACCEPTS && server->used < server->capacity; i++) {
		union gateway_address address;
		socklen_t length = sizeof(address);
		int client = accept4(
			door->listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			begin_relay(server, door, client, &address);
			continue;
		}
		if (errno == EAGAIN)
			break;
		if (!client_error(errno)) {
			/* EMFILE, ENFILE, ENOBUFS, ENOMEM: asking again at once would spin. */
			server->pressed = true;
			watch_doors(server, false);
			break;
		}
	}
	if (server->used == server->capacity)
		watch_doors(server, false);
}

static void serve_ready(struct gateway_server *server)
{
	size_t count = server->ready_count;
	size_t *turn = server->ready;

	server->ready = server->turn;
	server->turn = turn;
	server->ready_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct relay *relay = &server->relays[turn[i]];

		relay->waiting = false;
		if (relay->state == RELAY_OPEN)
			move_relay(server, turn[i]);
	}
}

static void end_late(struct gateway_server *server)
{
	for (size_t i = 0; server->timed && i < server->capacity; i++) {
		struct relay *relay = &server->relays[i];

		if (relay->state != RELAY_FREE && relay->deadline && relay->deadline <= server->now)
			end_relay(server, i, true);
	}
}

static int patience(const struct gateway_server *server)
{
	if (server->ready_count)
		return 0;
	if (server->pressed)
		return PAUSE_MILLISECONDS;
	return server->timed ? TICK_MILLISECONDS : -1;
}

static long seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void gateway_serve(struct gateway_server *server)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		int count = epoll_wait(server->epoll, events, EVENTS, patience(server));
		long before = server->now;

		server->now = seconds();
		if (server->pressed && (count == 0 || server->now != before)) {
			server->pressed = false;
			watch_doors(server, server->used < server->capacity);
		}
		for (int i = 0; i < count; i++) {
			size_t index = (size_t)(events[i].data.u64 / SIDES);
			enum side side = (enum side)(events[i].data.u64 % SIDES);

			if (side == SIDE_DOOR)
				handle_door(server, index);
			else
				handle_relay(server, index, side, events[i].events);
		}
		serve_ready(server);
		if (server->now != before)
			end_late(server);
	}
}

/* As many connections as the hard limit of descriptors allows; no more than that ever. */
static size_t settle_limit(size_t doors)
{
	struct rlimit limit;
	rlim_t wanted = GATEWAY_CONNECTIONS * DESCRIPTORS_EACH + DESCRIPTORS_SPARE +
			RELAY_PIPES * 2 + doors;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	wanted = DESCRIPTORS_SPARE + RELAY_PIPES * 2 + doors + DESCRIPTORS_EACH;
	if (limit.rlim_cur < wanted)
		return 0;
	return (limit.rlim_cur - wanted) / DESCRIPTORS_EACH + 1;
}

static int open_doors(struct gateway_server *server)
{
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll < 0)
		return -errno;
	for (size_t i = 0; i < server->door_count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u64 = event_key(i, SIDE_DOOR)};

		if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->doors[i].listener, &event) < 0)
			return -errno;
	}
	server->open = true;
	return 0;
}

struct gateway_server *gateway_server(struct gateway_door *doors, size_t count, struct fault *why)
{
	const struct where nowhere = {0};
	size_t capacity = settle_limit(count);
	struct gateway_server *server = calloc(1, sizeof(*server));
	int error;

	if (!capacity)
		fault(why, -EMFILE, nowhere, "the gateway may not open enough descriptors");
	if (!capacity || !server)
		return NULL;
	*server = (struct gateway_server){.doors = doors,
		.door_count = count,
		.capacity = capacity,
		.epoll = -1,
		.now = seconds()};
	server->relays = calloc(capacity, sizeof(*server->relays));
	server->ready = calloc(capacity, sizeof(*server->ready));
	server->turn = calloc(capacity, sizeof(*server->turn));
	if (!server->relays || !server->ready || !server->turn) {
		fault(why, -ENOMEM, nowhere, "no memory for %zu connections", capacity);
		return NULL;
	}
	for (size_t i = 0; i < capacity; i++)
		server->relays[i].next = i + 1;
	error = open_doors(server);
	if (error)
		fault(why, error, nowhere, "cannot watch the doors: %s", strerror(-error));
	return error ? NULL : server;
}
