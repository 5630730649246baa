/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/resolver_config.h"
#include "gateway/resolver_server.h"

enum { READS = 16 /* of one socket in one turn */ };

static void end_call(struct gateway_resolver_server *server, struct gateway_resolver_call *call)
{
	if (call->fd < 0)
		return;
	close(call->fd);
	call->fd = -1;
	server->call_count--;
	if (call->reply >= 0)
		server->replies[call->reply].used = false;
}

/* A free buffer, or -1. */
static int take_reply(struct gateway_resolver_server *server)
{
	for (int i = 0; i < RESOLVER_CALL_STREAMS; i++)
		if (!server->replies[i].used) {
			server->replies[i].used = true;
			return i;
		}
	return -1;
}

/* A socket on its way to the server, or -1. */
static int connect_to(const struct gateway_resolver_upstream *upstream, int type)
{
	int fd = socket(upstream->address.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, &upstream->address.any, upstream->length) < 0 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool begin_call(struct gateway_resolver_server *server, struct gateway_resolver_call *call,
	const struct gateway_resolver_question *question)
{
	const struct gateway_resolver_upstream *upstream =
		&server->config->upstreams[question->server];

	call->fd = connect_to(upstream, question->stream ? SOCK_STREAM : SOCK_DGRAM);
	if (call->fd < 0)
		return false;
	server->call_count++;
	call->reply = -1;
	if (question->stream && (call->reply = take_reply(server)) < 0)
		return false;
	call->sent = call->got = 0;
	call->length = question->length + DNS_PREFIX;
	call->bytes[0] = (unsigned char)(question->length >> 8);
	call->bytes[1] = (unsigned char)question->length;
	memcpy(call->bytes + DNS_PREFIX, question->bytes, question->length);
	if (!gateway_resolver_watch(server, call->fd,
		    question->stream ? EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET : EPOLLIN,
		    RESOLVER_CALL, question->slot))
		return false;
	return question->stream ||
	       write(call->fd, question->bytes, question->length) == (ssize_t)question->length;
}

void gateway_resolver_call(
	struct gateway_resolver_server *server, const struct gateway_resolver_question *question)
{
	struct gateway_resolver_call *call = &server->calls[question->slot];

	end_call(server, call);
	if (!begin_call(server, call, question)) {
		end_call(server, call);
		gateway_resolver_failed(server->resolver, question->slot);
	}
}

/* Nothing can be done now, as against: nothing ever. */
static bool is_early(ssize_t got)
{
	return got < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN);
}

static void read_datagrams(struct gateway_resolver_server *server, uint32_t slot, int fd)
{
	for (int i = 0; i < READS && gateway_resolver_awaits(server->resolver, slot); i++) {
		ssize_t got = read(fd, server->message, sizeof(server->message));

		if (got >= 0) {
			gateway_resolver_heard(
				server->resolver, slot, server->message, (size_t)got, server->now);
			continue;
		}
		if (!is_early(got))
			gateway_resolver_failed(server->resolver, slot);
		return;
	}
}

/* All of the question has gone. */
static bool send_stream(struct gateway_resolver_call *call, bool *broken)
{
	while (call->sent < call->length) {
		ssize_t put = write(call->fd, call->bytes + call->sent, call->length - call->sent);

		if (put < 0) {
			*broken = !is_early(put);
			return false;
		}
		call->sent += (size_t)put;
	}
	return true;
}

/* How long the reply is, with its prefix; the prefix alone before that has come. */
static size_t reply_length(
	const struct gateway_resolver_call *call, const struct gateway_resolver_reply *reply)
{
	return call->got < DNS_PREFIX
		       ? DNS_PREFIX
		       : DNS_PREFIX + ((size_t)reply->bytes[0] << 8 | reply->bytes[1]);
}

/* All of the reply has come. */
static bool read_stream(
	struct gateway_resolver_call *call, struct gateway_resolver_reply *reply, bool *broken)
{
	while (call->got < DNS_PREFIX || call->got < reply_length(call, reply)) {
		ssize_t got = read(
			call->fd, reply->bytes + call->got, reply_length(call, reply) - call->got);

		if (got <= 0) {
			*broken = !is_early(got);
			return false;
		}
		call->got += (size_t)got;
	}
	return true;
}

static void move_stream(
	struct gateway_resolver_server *server, uint32_t slot, struct gateway_resolver_call *call)
{
	struct gateway_resolver_reply *reply = &server->replies[call->reply];
	bool broken = false;

	if (send_stream(call, &broken) && read_stream(call, reply, &broken))
		gateway_resolver_heard(server->resolver, slot, reply->bytes + DNS_PREFIX,
			call->got - DNS_PREFIX, server->now);
	else if (broken)
		gateway_resolver_failed(server->resolver, slot);
}

void gateway_resolver_call_move(struct gateway_resolver_server *server, size_t slot)
{
	struct gateway_resolver_call *call = &server->calls[slot];

	/* What was heard of a socket that was closed in this turn is no matter of its successor's,
	 * which then has nothing to read. */
	if (call->fd < 0 || !gateway_resolver_awaits(server->resolver, (uint32_t)slot))
		return;
	if (call->reply < 0)
		read_datagrams(server, (uint32_t)slot, call->fd);
	else
		move_stream(server, (uint32_t)slot, call);
}

void gateway_resolver_call_sweep(struct gateway_resolver_server *server)
{
	for (uint32_t i = 0; server->call_count && i < RESOLVER_QUESTIONS; i++)
		if (server->calls[i].fd >= 0 && !gateway_resolver_awaits(server->resolver, i))
			end_call(server, &server->calls[i]);
}
