/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The state of a resolver that serves; only the parts of its loop look into it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/dns.h"
#include "gateway/resolver.h"
#include "gateway/resolver_serve.h"

enum { DNS_PREFIX = 2 /* before each message by TCP: its length */, DNS_MESSAGE = 65535 };

enum resolver_side {
	RESOLVER_DATAGRAM, /* of clients; index: the family */
	RESOLVER_LISTENER,
	RESOLVER_STREAM, /* a client by TCP */
	RESOLVER_CALL,   /* a question to upstream; index: its slot */
	RESOLVER_LAUNCHER,
	RESOLVER_SIDES,
};

enum {
	RESOLVER_STREAMS = 128,
	RESOLVER_STREAMS_EACH = 16, /* of one service */
	RESOLVER_STREAM_QUERY = 1024,
	RESOLVER_STREAM_MILLISECONDS = 10000, /* that it may do nothing */
	RESOLVER_CALL_STREAMS = 32,           /* replies by TCP at a time */
};

/* A client by TCP.  One question at a time: the next is read when the last is answered. */
struct gateway_resolver_stream {
	int fd; /* -1: none */
	struct gateway_resolver_client client;
	bool waits; /* for an answer */
	int64_t deadline;
	size_t got, length, sent; /* of what comes; of what goes, and how much of it has gone */
	unsigned char in[DNS_PREFIX + RESOLVER_STREAM_QUERY], out[DNS_PREFIX + DNS_ANSWER];
};

/* A question on its way to a server. */
struct gateway_resolver_call {
	int fd;           /* -1: none */
	int reply;        /* by TCP: whose buffer it reads into; -1: it is by UDP */
	size_t sent, got; /* by TCP */
	size_t length;
	unsigned char bytes[DNS_PREFIX + DNS_QUERY];
};

struct gateway_resolver_reply {
	bool used;
	unsigned char bytes[DNS_PREFIX + DNS_MESSAGE];
};

struct gateway_resolver_server {
	struct gateway_resolver *resolver;
	const struct gateway_resolver_config *config;
	struct gateway_resolver_sockets sockets;
	int epoll;
	int64_t now, ticked; /* milliseconds */
	bool pressed;        /* the launcher's socket is full */
	bool deaf;           /* the kernel has no room for clients by TCP: wait a little */
	size_t stream_count, call_count;
	struct gateway_resolver_stream streams[RESOLVER_STREAMS];
	struct gateway_resolver_call calls[RESOLVER_QUESTIONS];
	struct gateway_resolver_reply replies[RESOLVER_CALL_STREAMS];
	unsigned char message[DNS_MESSAGE], answer[DNS_ANSWER];
};

/* Have epoll tell of @fd; false: it cannot. */
bool gateway_resolver_watch(struct gateway_resolver_server *server, int fd, uint32_t events,
	enum resolver_side side, size_t index);

/* resolver_stream.c: hear of new clients or not; a new client; something happened to one; an answer
 * for one; those who did nothing for too long. */
void gateway_resolver_stream_listen(struct gateway_resolver_server *server, bool deaf);
void gateway_resolver_stream_accept(struct gateway_resolver_server *server, bool wide);
void gateway_resolver_stream_move(struct gateway_resolver_server *server, size_t index);
void gateway_resolver_stream_answer(struct gateway_resolver_server *server,
	const struct gateway_resolver_client *client, const unsigned char *answer, size_t length);
void gateway_resolver_stream_end_late(struct gateway_resolver_server *server);

/* resolver_call.c: send a question; something came for one; close those that nobody awaits. */
void gateway_resolver_call(
	struct gateway_resolver_server *server, const struct gateway_resolver_question *question);
void gateway_resolver_call_move(struct gateway_resolver_server *server, size_t slot);
void gateway_resolver_call_sweep(struct gateway_resolver_server *server);
