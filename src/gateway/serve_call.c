/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/door.h"
#include "gateway/hello.h"
#include "gateway/outlet.h"
#include "gateway/relay.h"
#include "gateway/serve_part.h"
#include "gateway/server.h"
#include "gateway/source.h"
#include "gateway/turned_away.h"
#include "gateway/upstream.h"
#include "plan/plan.h"

enum { CONNECT_SECONDS = 10, HELLO_SECONDS = 10 };

static bool watch(struct gateway_server *server, int fd, size_t index, enum side side)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u64 = gateway_event(index, side)};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* A socket that connects to the first end that was not tried, or a negative errno. */
static int call_next(struct gateway_call *call)
{
	const size_t ends = gateway_call_ends(call);
	int fd = -ECONNREFUSED;

	while (fd < 0 && call->tried < ends) {
		fd = gateway_upstream(call, call->end);
		call->end = (call->end + 1) % ends;
		call->tried++;
	}
	return fd;
}

/* An instance that does not answer has seen nothing of the client: another one may serve it. */
bool gateway_try_another(struct gateway_server *server, size_t index)
{
	struct gateway_relay *relay = &server->relays[index];
	int fd = call_next(&server->calls[index]);

	if (fd < 0)
		return false;
	close(relay->service);
	relay->service = fd;
	gateway_set_deadline(server, relay, CONNECT_SECONDS);
	return watch(server, fd, index, SIDE_SERVICE);
}

void gateway_finish_connect(struct gateway_server *server, size_t index)
{
	struct gateway_relay *relay = &server->relays[index];
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(relay->service, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error) {
		if (!gateway_try_another(server, index))
			gateway_end_relay(server, index, true);
		return;
	}
	relay->state = RELAY_OPEN;
	gateway_set_deadline(server, relay, 0);
	gateway_move_relay(server, index);
}

/* At once, as at a port where nobody listens. */
static void refuse(int client)
{
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(client);
}

/* A client of @door may not come: it is known by the address that it is published at. */
static void turn_away(struct gateway_server *server, const struct gateway_door *door,
	enum gateway_turned_reason reason, const union gateway_address *client)
{
	union gateway_address wanted;

	if (gateway_address_set(&wanted, door->publish->address, door->publish->host_port))
		gateway_turn_away(server->turned, reason, client, &wanted, "");
}

/* May @client be served by @door?  Then @call says how: the instances have their clients in turn.
 */
static bool admit(struct gateway_server *server, struct gateway_door *door, int client,
	const union gateway_address *address, struct gateway_call *call)
{
	*call = (struct gateway_call){.door = door, .client = *address};
	if (door->outlet) {
		if (gateway_outlet_admit(door->outlet, client, call))
			return true;
		gateway_turn_away(server->turned, TURNED_WAY, address, &call->wanted, "");
		return false;
	}
	if (!gateway_source_may_come(door, address)) {
		turn_away(server, door, TURNED_SOURCE, address);
		return false;
	}
	if (!gateway_source_enter(server->sources, door, address)) {
		turn_away(server, door, TURNED_COUNT, address);
		return false;
	}
	call->end = door->next;
	door->next = (door->next + 1) % door->service_count;
	return true;
}

void gateway_begin_call(struct gateway_server *server, struct gateway_door *door, int client,
	const union gateway_address *address)
{
	size_t index = server->free;
	struct gateway_relay *relay = &server->relays[index];
	struct gateway_call *call = &server->calls[index];

	if (!admit(server, door, client, address, call)) {
		refuse(client);
		return;
	}
	int service = call->hello ? -1 : call_next(call);
	if (service < 0 && !call->hello) {
		gateway_source_leave(server->sources, door, address);
		refuse(client);
		return;
	}
	server->free = relay->next;
	server->used++;
	gateway_relay_open(relay, client, service);
	gateway_set_deadline(server, relay, call->hello ? HELLO_SECONDS : CONNECT_SECONDS);
	if (!watch(server, client, index, SIDE_CLIENT) ||
		(service >= 0 && !watch(server, service, index, SIDE_SERVICE)))
		gateway_end_relay(server, index, true);
}

/* It named somebody whom it may reach: connect. */
static void go_on(struct gateway_server *server, size_t index)
{
	struct gateway_relay *relay = &server->relays[index];

	relay->service = call_next(&server->calls[index]);
	if (relay->service < 0) {
		relay->service = -1;
		gateway_end_relay(server, index, true);
		return;
	}
	relay->state = RELAY_CONNECTING;
	gateway_set_deadline(server, relay, CONNECT_SECONDS);
	if (!watch(server, relay->service, index, SIDE_SERVICE))
		gateway_end_relay(server, index, true);
}

/* It is looked at and stays where it is: the relay passes it on. */
void gateway_hear_client(struct gateway_server *server, size_t index, uint32_t events)
{
	unsigned char bytes[HELLO_ROOM];
	char name[HELLO_NAME];
	const struct gateway_call *call = &server->calls[index];
	ssize_t length =
		recv(server->relays[index].client, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	enum gateway_hello hello;

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	hello = length <= 0 ? HELLO_OTHER : gateway_hello(bytes, (size_t)length, name);
	if (hello == HELLO_NAMED && gateway_outlet_named(call->door->outlet, call, name)) {
		go_on(server, index);
	} else if (hello != HELLO_MORE || events & EPOLLRDHUP) {
		/* Who says nothing at all has gone by himself. */
		if (length > 0)
			gateway_turn_away(server->turned, TURNED_HELLO, &call->client,
				&call->wanted, hello == HELLO_NAMED ? name : "");
		gateway_end_relay(server, index, true);
	}
}
