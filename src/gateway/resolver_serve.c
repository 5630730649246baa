/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_serve.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "gateway/process.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_server.h"

enum {
	EVENTS = 64,
	DATAGRAMS = 64, /* of one family in one turn */
	TICK_MILLISECONDS = 100,
};

bool gateway_resolver_watch(struct gateway_resolver_server *server, int fd, uint32_t events,
	enum resolver_side side, size_t index)
{
	struct epoll_event event = {
		.events = events, .data.u64 = (uint64_t)index * RESOLVER_SIDES + side};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void send_datagram(struct gateway_resolver_server *server, bool wide,
	const union gateway_address *to, size_t length)
{
	/* What finds no room is asked for again, as what is lost on the way. */
	(void)!sendto(server->sockets.datagram[wide], server->answer, length, MSG_DONTWAIT,
		&to->any, wide ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
}

static void take_datagrams(struct gateway_resolver_server *server, bool wide)
{
	for (int i = 0; i < DATAGRAMS; i++) {
		union gateway_address from = {.any.sa_family = AF_UNSPEC};
		socklen_t length = sizeof(from);
		ssize_t got = recvfrom(server->sockets.datagram[wide], server->message,
			sizeof(server->message), 0, &from.any, &length);
		bool waits;

		if (got < 0)
			return;
		const struct gateway_resolver_client client = {
			.service = gateway_resolver_service(
				server->resolver, wide, gateway_address_bytes(&from)),
			.port = ((const struct sockaddr_in *)&from.storage)->sin_port,
			.wide = wide,
		};
		if (client.service == UINT32_MAX)
			continue;
		size_t answered = gateway_resolver_ask(server->resolver, &client, server->message,
			(size_t)got, server->now, server->answer, &waits);
		if (answered)
			send_datagram(server, wide, &from, answered);
	}
}

static void answer_datagram(struct gateway_resolver_server *server,
	const struct gateway_resolver_client *client, size_t length)
{
	const struct gateway_resolver_service *service = &server->config->services[client->service];
	union gateway_address to = {.any.sa_family = AF_UNSPEC};

	if (client->wide) {
		struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&to.storage;

		*wide = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = client->port};
		memcpy(&wide->sin6_addr, service->address6, sizeof(service->address6));
	} else {
		struct sockaddr_in *narrow = (struct sockaddr_in *)&to.storage;

		*narrow = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = client->port};
		memcpy(&narrow->sin_addr, service->address4, sizeof(service->address4));
	}
	send_datagram(server, client->wide, &to, length);
}

static void lose_launcher(struct gateway_resolver_server *server)
{
	close(server->sockets.launcher);
	server->sockets.launcher = -1;
	gateway_resolver_alone(server->resolver);
}

static void watch_launcher(struct gateway_resolver_server *server, bool pressed)
{
	struct epoll_event event = {
		.events = pressed ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.u64 = RESOLVER_LAUNCHER};

	if (pressed != server->pressed &&
		epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->sockets.launcher, &event) == 0)
		server->pressed = pressed;
}

/* Has anything been sent, or lost? */
static bool send_openings(struct gateway_resolver_server *server)
{
	struct gateway_opening opening;
	bool sent = false;

	while (server->sockets.launcher >= 0 &&
		gateway_resolver_next_opening(server->resolver, &opening)) {
		if (write(server->sockets.launcher, &opening, sizeof(opening)) >= 0) {
			gateway_resolver_sent_opening(server->resolver);
			sent = true;
		} else if (errno == EAGAIN) {
			watch_launcher(server, true);
			return sent;
		} else if (errno != EINTR) {
			lose_launcher(server);
			return true;
		}
	}
	if (server->sockets.launcher >= 0)
		watch_launcher(server, false);
	return sent;
}

static void hear_launcher(struct gateway_resolver_server *server)
{
	while (server->sockets.launcher >= 0) {
		struct gateway_opened opened;
		ssize_t got = read(server->sockets.launcher, &opened, sizeof(opened));

		if (got == (ssize_t)sizeof(opened))
			gateway_resolver_opened(server->resolver, &opened, server->now);
		else if (got < 0 && errno == EAGAIN)
			return;
		else if (got >= 0 || errno != EINTR)
			lose_launcher(server);
	}
}

static bool send_questions(struct gateway_resolver_server *server)
{
	struct gateway_resolver_question question;
	bool sent = false;
	uint16_t random;

	while (gateway_resolver_has_question(server->resolver) &&
		getrandom(&random, sizeof(random), 0) == (ssize_t)sizeof(random)) {
		gateway_resolver_next_question(server->resolver, server->now, random, &question);
		gateway_resolver_call(server, &question);
		sent = true;
	}
	return sent;
}

static bool send_answers(struct gateway_resolver_server *server)
{
	struct gateway_resolver_client client;
	bool sent = false;
	size_t length;

	while (gateway_resolver_next_answer(
		server->resolver, server->now, &client, server->answer, &length)) {
		if (client.stream)
			gateway_resolver_stream_answer(server, &client, server->answer, length);
		else
			answer_datagram(server, &client, length);
		sent = true;
	}
	return sent;
}

/* What has become ready; what is sent may have made more of it. */
static void send_all(struct gateway_resolver_server *server)
{
	bool more;

	do {
		more = send_questions(server);
		more = send_openings(server) || more;
		more = send_answers(server) || more;
	} while (more);
}

static void handle(struct gateway_resolver_server *server, const struct epoll_event *event)
{
	const size_t index = (size_t)(event->data.u64 / RESOLVER_SIDES);

	switch ((enum resolver_side)(event->data.u64 % RESOLVER_SIDES)) {
	case RESOLVER_DATAGRAM:
		take_datagrams(server, index != 0);
		break;
	case RESOLVER_LISTENER:
		gateway_resolver_stream_accept(server, index != 0);
		break;
	case RESOLVER_STREAM:
		gateway_resolver_stream_move(server, index);
		break;
	case RESOLVER_CALL:
		gateway_resolver_call_move(server, index);
		break;
	case RESOLVER_LAUNCHER:
		hear_launcher(server);
		break;
	case RESOLVER_SIDES:
		break;
	}
}

static void tick(struct gateway_resolver_server *server)
{
	server->ticked = server->now;
	gateway_resolver_tick(server->resolver, server->now);
	gateway_resolver_stream_end_late(server);
	gateway_resolver_stream_listen(server, false);
	send_all(server);
}

void gateway_resolver_serve(struct gateway_resolver_server *server)
{
	struct epoll_event events[EVENTS];
	sigset_t none;

	sigemptyset(&none);
	while (!gateway_process_leaves()) {
		const bool timed = gateway_resolver_busy(server->resolver) ||
				   server->stream_count || server->deaf;
		int count = epoll_pwait(
			server->epoll, events, EVENTS, timed ? TICK_MILLISECONDS : -1, &none);

		server->now = clock_milliseconds();
		for (int i = 0; i < count; i++)
			handle(server, &events[i]);
		send_all(server);
		if (server->now - server->ticked >= TICK_MILLISECONDS)
			tick(server);
		gateway_resolver_call_sweep(server);
	}
	gateway_resolver_leave(server->resolver);
	send_answers(server);
}
