/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/serve.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/door.h"
#include "gateway/flows.h"
#include "gateway/process.h"
#include "gateway/relay.h"
#include "gateway/serve_part.h"
#include "gateway/server.h"
#include "gateway/source.h"

enum {
	EVENTS = 256,
	ACCEPTS = 64, /* by one door in one turn */
	HALF_CLOSED_SECONDS = 120,
	TICK_MILLISECONDS = 1000,
	PAUSE_MILLISECONDS = 100,
};

/* Datagrams have room of their own, and are dropped where it is gone: they do not wait. */
static void watch_doors(struct gateway_server *server, bool open)
{
	for (size_t i = 0; server->open != open && i < server->door_count; i++) {
		if (server->doors[i].datagrams)
			continue;
		struct epoll_event event = {
			.events = open ? EPOLLIN : 0, .data.u64 = gateway_event(i, SIDE_DOOR)};

		epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->doors[i].listener, &event);
	}
	server->open = open;
}

void gateway_set_deadline(struct gateway_server *server, struct gateway_relay *relay, long seconds)
{
	server->timed -= relay->deadline != 0;
	relay->deadline = seconds ? server->now + seconds : 0;
	server->timed += relay->deadline != 0;
}

void gateway_end_relay(struct gateway_server *server, size_t index, bool reset)
{
	struct gateway_relay *relay = &server->relays[index];

	gateway_set_deadline(server, relay, 0);
	gateway_relay_close(relay, reset, &server->pool);
	gateway_source_leave(
		server->sources, server->calls[index].door, &server->calls[index].client);
	relay->next = server->free;
	server->free = index;
	server->used--;
	watch_doors(server, !server->pressed);
}

void gateway_move_relay(struct gateway_server *server, size_t index)
{
	struct gateway_relay *relay = &server->relays[index];
	enum gateway_relay_result result = gateway_relay_move(relay, &server->pool);

	if (result == RELAY_DONE || result == RELAY_BROKEN) {
		gateway_end_relay(server, index, result == RELAY_BROKEN);
		return;
	}
	gateway_set_deadline(
		server, relay, relay->up.passed || relay->down.passed ? HALF_CLOSED_SECONDS : 0);
	if (result == RELAY_MORE && !relay->waiting) {
		relay->waiting = true;
		server->ready[server->ready_count++] = index;
	}
}

static void handle_relay(
	struct gateway_server *server, size_t index, enum side side, uint32_t events)
{
	struct gateway_relay *relay = &server->relays[index];

	if (relay->state == RELAY_FREE)
		return;
	if (relay->state == RELAY_HELLO && !(events & EPOLLERR)) {
		gateway_hear_client(server, index, events);
		return;
	}
	if (relay->state == RELAY_CONNECTING && side == SIDE_SERVICE) {
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			gateway_finish_connect(server, index);
		return;
	}
	if (events & EPOLLERR)
		gateway_end_relay(server, index, true);
	else if (relay->state == RELAY_OPEN)
		gateway_move_relay(server, index);
}

/* Errors that belong to one client, not to the door (accept(2)). */
static bool client_error(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

/* How many came in. */
static int handle_door(struct gateway_server *server, size_t index)
{
	struct gateway_door *door = &server->doors[index];
	int came = 0;

	while (came < ACCEPTS && server->used < server->capacity) {
		union gateway_address address;
		socklen_t length = sizeof(address);
		int client = accept4(
			door->listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			gateway_begin_call(server, door, client, &address);
			came++;
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
	return came;
}

/* Another one listens at the doors.  Who waits at them still comes in, and nobody after that.
 * Datagrams go on there by flows of their own, for which these make room. */
static void close_doors(struct gateway_server *server)
{
	for (size_t i = 0; i < server->door_count; i++) {
		while (!server->doors[i].datagrams && handle_door(server, i) == ACCEPTS)
			;
		close(server->doors[i].listener);
	}
	server->door_count = 0;
	if (server->flows)
		gateway_flows_end(server->flows);
}

/* The doors last: a new client may be given the place of one that ended just now, and what else
 * was heard of that one is not meant for it. */
static void handle_events(
	struct gateway_server *server, const struct epoll_event *events, int count)
{
	for (int doors = 0; doors < 2; doors++)
		for (int i = 0; i < count; i++) {
			size_t index = (size_t)(events[i].data.u64 / SIDES);
			enum side side = (enum side)(events[i].data.u64 % SIDES);

			if (doors && side == SIDE_DOOR && server->doors[index].datagrams)
				gateway_flows_hear(server->flows, index, server->now);
			else if (doors && side == SIDE_DOOR)
				handle_door(server, index);
			else if (!doors && side == SIDE_FLOW)
				gateway_flows_answer(server->flows, index, server->now);
			else if (!doors && side != SIDE_DOOR)
				handle_relay(server, index, side, events[i].events);
		}
}

static void serve_ready(struct gateway_server *server)
{
	size_t count = server->ready_count;
	size_t *turn = server->ready;

	server->ready = server->turn;
	server->turn = turn;
	server->ready_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct gateway_relay *relay = &server->relays[turn[i]];

		relay->waiting = false;
		if (relay->state == RELAY_OPEN)
			gateway_move_relay(server, turn[i]);
	}
}

static void end_late(struct gateway_server *server)
{
	for (size_t i = 0; server->timed && i < server->capacity; i++) {
		struct gateway_relay *relay = &server->relays[i];

		if (relay->state == RELAY_FREE || !relay->deadline || relay->deadline > server->now)
			continue;
		if (relay->state != RELAY_CONNECTING || !gateway_try_another(server, i))
			gateway_end_relay(server, i, true);
	}
}

static bool any_flow(const struct gateway_server *server)
{
	return server->flows && gateway_flows_any(server->flows);
}

static int patience(const struct gateway_server *server)
{
	if (server->ready_count)
		return 0;
	if (server->pressed)
		return PAUSE_MILLISECONDS;
	return server->timed || any_flow(server) ? TICK_MILLISECONDS : -1;
}

void gateway_serve(struct gateway_server *server)
{
	struct epoll_event events[EVENTS];
	sigset_t none;

	sigemptyset(&none);
	while (server->door_count || server->used) {
		int count = epoll_pwait(server->epoll, events, EVENTS, patience(server), &none);
		long before = server->now;

		server->now = gateway_seconds();
		if (server->pressed && (count == 0 || server->now != before)) {
			server->pressed = false;
			watch_doors(server, server->used < server->capacity);
		}
		handle_events(server, events, count);
		serve_ready(server);
		if (server->now != before)
			end_late(server);
		if (server->now != before && any_flow(server))
			gateway_flows_end_late(server->flows, server->now);
		if (gateway_process_leaves())
			close_doors(server);
	}
}
