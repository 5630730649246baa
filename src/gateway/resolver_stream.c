/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/resolver_config.h"
#include "gateway/resolver_server.h"

#define STREAM_EVENTS (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

enum { ACCEPTS = 16, STEPS = 64 /* of one client, in one turn */ };

static void end_stream(
	struct gateway_resolver_server *server, struct gateway_resolver_stream *stream)
{
	close(stream->fd);
	stream->fd = -1;
	server->stream_count--;
	/* An answer that is still to come is for nobody. */
	stream->client.connection += RESOLVER_STREAMS;
}

static void set_deadline(
	struct gateway_resolver_server *server, struct gateway_resolver_stream *stream)
{
	stream->deadline = server->now + RESOLVER_STREAM_MILLISECONDS;
}

static void put_answer(struct gateway_resolver_server *server,
	struct gateway_resolver_stream *stream, const unsigned char *answer, size_t length)
{
	stream->out[0] = (unsigned char)(length >> 8);
	stream->out[1] = (unsigned char)length;
	memcpy(stream->out + DNS_PREFIX, answer, length);
	stream->length = DNS_PREFIX + length;
	stream->sent = 0;
	stream->waits = false;
	set_deadline(server, stream);
}

enum step { STEP_ON, STEP_WAIT, STEP_END };

static enum step send_answer(struct gateway_resolver_stream *stream)
{
	ssize_t put = write(stream->fd, stream->out + stream->sent, stream->length - stream->sent);

	if (put < 0)
		return errno == EAGAIN ? STEP_WAIT : errno == EINTR ? STEP_ON : STEP_END;
	stream->sent += (size_t)put;
	if (stream->sent == stream->length)
		stream->length = 0;
	return STEP_ON;
}

static size_t question_length(const struct gateway_resolver_stream *stream)
{
	return stream->got < DNS_PREFIX ? 0 : (size_t)stream->in[0] << 8 | stream->in[1];
}

static enum step take_question(
	struct gateway_resolver_server *server, struct gateway_resolver_stream *stream)
{
	const size_t length = question_length(stream), whole = DNS_PREFIX + length;
	size_t answered = gateway_resolver_ask(server->resolver, &stream->client,
		stream->in + DNS_PREFIX, length, server->now, server->answer, &stream->waits);

	stream->got -= whole;
	memmove(stream->in, stream->in + whole, stream->got);
	if (answered)
		put_answer(server, stream, server->answer, answered);
	else if (!stream->waits)
		return STEP_END;
	return STEP_ON;
}

static enum step read_question(
	struct gateway_resolver_server *server, struct gateway_resolver_stream *stream)
{
	ssize_t got = read(stream->fd, stream->in + stream->got, sizeof(stream->in) - stream->got);

	if (got < 0)
		return errno == EAGAIN ? STEP_WAIT : errno == EINTR ? STEP_ON : STEP_END;
	if (got == 0)
		return STEP_END;
	stream->got += (size_t)got;
	set_deadline(server, stream);
	return STEP_ON;
}

static enum step move(
	struct gateway_resolver_server *server, struct gateway_resolver_stream *stream)
{
	if (stream->length)
		return send_answer(stream);
	if (stream->waits)
		return STEP_WAIT;
	if (question_length(stream) > RESOLVER_STREAM_QUERY)
		return STEP_END;
	if (stream->got >= DNS_PREFIX && stream->got >= DNS_PREFIX + question_length(stream))
		return take_question(server, stream);
	return read_question(server, stream);
}

static bool rewatch(struct gateway_resolver_server *server, size_t index)
{
	struct epoll_event event = {.events = STREAM_EVENTS,
		.data.u64 = (uint64_t)index * RESOLVER_SIDES + RESOLVER_STREAM};

	return epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->streams[index].fd, &event) == 0;
}

void gateway_resolver_stream_move(struct gateway_resolver_server *server, size_t index)
{
	struct gateway_resolver_stream *stream = &server->streams[index];
	enum step step = STEP_ON;

	for (int i = 0; stream->fd >= 0 && step == STEP_ON && i < STEPS; i++)
		step = move(server, stream);
	/* Who has more to say is heard again after the others. */
	if (stream->fd >= 0 && (step == STEP_END || (step == STEP_ON && !rewatch(server, index))))
		end_stream(server, stream);
}

void gateway_resolver_stream_answer(struct gateway_resolver_server *server,
	const struct gateway_resolver_client *client, const unsigned char *answer, size_t length)
{
	const size_t index = client->connection % RESOLVER_STREAMS;
	struct gateway_resolver_stream *stream = &server->streams[index];

	if (stream->fd < 0 || stream->client.connection != client->connection)
		return;
	put_answer(server, stream, answer, length);
	gateway_resolver_stream_move(server, index);
}

/* A place for one more of @service, or NULL when there is none for it. */
static struct gateway_resolver_stream *find_place(
	struct gateway_resolver_server *server, uint32_t service)
{
	struct gateway_resolver_stream *place = NULL;
	int own = 0;

	for (size_t i = 0; i < RESOLVER_STREAMS; i++) {
		struct gateway_resolver_stream *stream = &server->streams[i];

		if (stream->fd < 0)
			place = stream;
		else
			own += stream->client.service == service;
	}
	return own < RESOLVER_STREAMS_EACH ? place : NULL;
}

static bool begin_stream(
	struct gateway_resolver_server *server, int fd, bool wide, uint32_t service)
{
	struct gateway_resolver_stream *stream = find_place(server, service);

	if (!stream || !gateway_resolver_watch(server, fd, STREAM_EVENTS, RESOLVER_STREAM,
			       (size_t)(stream - server->streams)))
		return false;
	stream->fd = fd;
	stream->client.service = service;
	stream->client.wide = wide;
	stream->client.stream = true;
	stream->waits = false;
	stream->got = stream->length = stream->sent = 0;
	set_deadline(server, stream);
	server->stream_count++;
	return true;
}

void gateway_resolver_stream_listen(struct gateway_resolver_server *server, bool deaf)
{
	for (size_t i = 0; server->deaf != deaf && i < 2; i++) {
		struct epoll_event event = {.events = deaf ? 0 : EPOLLIN,
			.data.u64 = (uint64_t)i * RESOLVER_SIDES + RESOLVER_LISTENER};

		if (server->sockets.listener[i] >= 0)
			epoll_ctl(
				server->epoll, EPOLL_CTL_MOD, server->sockets.listener[i], &event);
	}
	server->deaf = deaf;
}

/* Errors that belong to one client, not to the socket (accept(2)). */
static bool client_error(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

void gateway_resolver_stream_accept(struct gateway_resolver_server *server, bool wide)
{
	for (int i = 0; i < ACCEPTS; i++) {
		union gateway_address from = {.any.sa_family = AF_UNSPEC};
		socklen_t length = sizeof(from);
		int fd = accept4(server->sockets.listener[wide], &from.any, &length,
			SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && client_error(errno))
			continue;
		if (fd < 0) {
			/* Asking at once for what there is no room for would spin. */
			gateway_resolver_stream_listen(server, errno != EAGAIN);
			return;
		}
		uint32_t service = gateway_resolver_service(
			server->resolver, wide, gateway_address_bytes(&from));
		if (service == UINT32_MAX || !begin_stream(server, fd, wide, service))
			close(fd);
	}
}

void gateway_resolver_stream_end_late(struct gateway_resolver_server *server)
{
	for (size_t i = 0; server->stream_count && i < RESOLVER_STREAMS; i++)
		if (server->streams[i].fd >= 0 && server->streams[i].deadline <= server->now)
			end_stream(server, &server->streams[i]);
}
