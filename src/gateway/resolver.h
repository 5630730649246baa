/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The stack's resolver: what it does with a message, without a socket.
 *
 * It answers the names that a service's edges declare, to that service alone.  An address goes
 * to a service only when it is open to it: the launcher opens it at the resolver's wish
 * (gateway/opening.h), and says so, before the answer leaves.
 *
 * Whoever has the sockets (resolver_serve.c) gives it what came (ask, heard, failed, opened,
 * tick), then takes what is to be sent until there is nothing more (next_answer, next_question,
 * next_opening).  Times are milliseconds of one clock that never goes back.  All memory is there
 * from the start; one service cannot have more than its share of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/opening.h"
#include "gateway/resolver_config.h"

struct fault;
struct gateway_refusals;
struct gateway_resolver;

/* The most at a time. */
enum {
	RESOLVER_QUESTIONS = 256,     /* to upstream, */
	RESOLVER_QUESTIONS_EACH = 32, /* for one service */
	RESOLVER_WAITING = 2048,      /* clients that wait for an answer, */
	RESOLVER_WAITING_EACH = 128,  /* of one service */
	RESOLVER_OPENINGS = 64,       /* of the launcher: what it answers finds room */
	RESOLVER_NEW_QUESTIONS = 100, /* a second for one service, on average, */
	RESOLVER_TOKENS = 200000,     /* and at once, in thousandths */
};
enum {
	RESOLVER_TRY_MILLISECONDS = 1500, /* one server's time */
	RESOLVER_MILLISECONDS = 5000,     /* a question's */
	RESOLVER_OPEN_SECONDS = 30,       /* an address is open for that at least, */
	RESOLVER_GRACE_SECONDS = 30,      /* and so long after its time */
};

/* From whom a question came, so where its answer goes. */
struct gateway_resolver_client {
	uint32_t service;
	uint32_t connection; /* by TCP: whatever its owner knows it by */
	uint16_t port;       /* by UDP, of the service's address of this family */
	bool wide, stream;
};

/* A question to be sent to a server, by a socket of its own.  What was open for @slot is over. */
struct gateway_resolver_question {
	uint32_t slot;
	size_t server; /* index in the configuration */
	bool stream;   /* by TCP: the caller puts the length before it */
	size_t length;
	unsigned char bytes[320];
};

/* Borrows @config, which must outlive it.  @seed is secret.  NULL with @why; free()d by
 * gateway_resolver_free(). */
struct gateway_resolver *gateway_resolver(
	const struct gateway_resolver_config *config, uint64_t seed, struct fault *why);
void gateway_resolver_free(struct gateway_resolver *resolver);

/* The service that has this address (4 or 16 bytes), or UINT32_MAX. */
uint32_t gateway_resolver_service(
	const struct gateway_resolver *resolver, bool wide, const unsigned char *address);

/*
 * A client's question.  Returns the length of what is answered at once, in @answer (room for
 * 6144 bytes), or 0: its answer comes by next_answer(), or, when none is right, never
 * (@waits says which).
 */
size_t gateway_resolver_ask(struct gateway_resolver *resolver,
	const struct gateway_resolver_client *client, const unsigned char *bytes, size_t length,
	int64_t now, unsigned char *answer, bool *waits);

/* The next answer that became ready, written to @answer; false: none. */
bool gateway_resolver_next_answer(struct gateway_resolver *resolver, int64_t now,
	struct gateway_resolver_client *client, unsigned char *answer, size_t *length);

/* Is there a question to be sent, and the next one; @random becomes its id. */
bool gateway_resolver_has_question(const struct gateway_resolver *resolver);
bool gateway_resolver_next_question(struct gateway_resolver *resolver, int64_t now, uint16_t random,
	struct gateway_resolver_question *question);

/* Is a reply still awaited at @slot, by this question's socket? */
bool gateway_resolver_awaits(const struct gateway_resolver *resolver, uint32_t slot);

/* What came from the server that was asked for @slot; or: nothing will come from it. */
void gateway_resolver_heard(struct gateway_resolver *resolver, uint32_t slot,
	const unsigned char *bytes, size_t length, int64_t now);
void gateway_resolver_failed(struct gateway_resolver *resolver, uint32_t slot);

/* The next address to be opened: look, send, then say that it was sent. */
bool gateway_resolver_next_opening(
	struct gateway_resolver *resolver, struct gateway_opening *opening);
void gateway_resolver_sent_opening(struct gateway_resolver *resolver);
void gateway_resolver_opened(
	struct gateway_resolver *resolver, const struct gateway_opened *opened, int64_t now);
/* Nobody opens anything any more: what is open already is still answered, until it ends. */
void gateway_resolver_alone(struct gateway_resolver *resolver);

/* Whoever waits is told that it failed, at which clients ask again, at once. */
void gateway_resolver_leave(struct gateway_resolver *resolver);

/* Does anybody wait?  Then what is late must end, ten times a second. */
bool gateway_resolver_busy(const struct gateway_resolver *resolver);
void gateway_resolver_tick(struct gateway_resolver *resolver, int64_t now);

/* What a service was refused. */
const struct gateway_refusals *gateway_resolver_refusals(
	const struct gateway_resolver *resolver, uint32_t service);
