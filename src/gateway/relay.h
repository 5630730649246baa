/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One connection: bytes go both ways by splice(2) through a pipe, which is
 * taken from a pool only while bytes are on their way.  A side that ends its
 * half is passed on as such; a side that fails ends both with a reset, so that
 * nobody takes half an answer for a whole one.
 */

#include <stdbool.h>
#include <stddef.h>

enum { RELAY_PIPES = 256 }; /* kept for reuse */

struct gateway_relay_pool {
	int pipes[RELAY_PIPES][2];
	size_t count;
};

struct gateway_relay_way {
	int pipe[2]; /* -1: none */
	size_t held; /* bytes in the pipe */
	bool ended;  /* the source has sent its last byte */
	bool passed; /* and the other side was told */
};

enum gateway_relay_state {
	RELAY_FREE,
	RELAY_HELLO, /* what the client says first decides; `service` is -1 */
	RELAY_CONNECTING,
	RELAY_OPEN,
};

struct gateway_relay {
	enum gateway_relay_state state;
	int client, service;
	struct gateway_relay_way up, down; /* to the service, to the client */
	long deadline;                     /* seconds; 0: none */
	size_t next;                       /* in the list of free ones */
	bool waiting;                      /* is in the server's list of those with more to do */
};

/* @service -1: it is not known yet. */
void gateway_relay_open(struct gateway_relay *relay, int client, int service);

enum gateway_relay_result { RELAY_WAIT, RELAY_MORE, RELAY_DONE, RELAY_BROKEN };

/* Move what can be moved now, at most one turn's worth. */
enum gateway_relay_result gateway_relay_move(
	struct gateway_relay *relay, struct gateway_relay_pool *pool);

/* Close both sides; @reset: as a failure. */
void gateway_relay_close(struct gateway_relay *relay, bool reset, struct gateway_relay_pool *pool);
