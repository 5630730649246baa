/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Messages of DNS (RFC 1035), read and written by glibc's own functions, which allocate
 * nothing.  Names are kept as they travel, uncompressed; large and small letters are alike.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/answer.h"

struct fault;
struct prefix;

/* Load what reads messages; before anything else here, and before the process is confined. */
int gateway_dns_load(struct fault *why);

enum {
	DNS_PLAIN = 512,   /* bytes of a message by UDP where nobody says more */
	DNS_UDP = 1232,    /* and at most, so that it is never cut into fragments */
	DNS_QUERY = 320,   /* room for any question of ours */
	DNS_ANSWER = 6144, /* room for any answer of ours */
};

/* A question of a client. */
struct gateway_dns_query {
	uint16_t id, type;
	bool recursion; /* asked for, and so repeated in the answer */
	bool extended;  /* EDNS0: so is the answer */
	uint16_t size;  /* the longest answer that it takes by UDP */
	struct gateway_dns_name name;
};

enum { DNS_DROP = -1, DNS_ASKED = -2 };

/*
 * Read what a client sent.  DNS_DROP: no answer is right (an answer itself, or no message);
 * DNS_ASKED: @query is filled; else the code (ns_r_...) to refuse it by, with of @query the id,
 * and its question when @asked says so.
 */
int gateway_dns_read_query(
	const unsigned char *bytes, size_t length, struct gateway_dns_query *query, bool *asked);

/* Write the answer to @query, at most @most bytes: cut as a whole, and said so, when it is
 * longer.  @bytes has room for DNS_ANSWER.  Returns its length. */
size_t gateway_dns_write_answer(const struct gateway_dns_query *query,
	const struct gateway_answer *answer, int64_t now, size_t most, unsigned char *bytes);

/* The answer without records that has this code (of EDNS0's as well); @asked: with the question. */
size_t gateway_dns_write_code(
	const struct gateway_dns_query *query, unsigned code, bool asked, unsigned char *bytes);

/* A question of our own; @extended: with EDNS0.  @bytes has room for DNS_QUERY. */
size_t gateway_dns_write_query(uint16_t id, const struct gateway_dns_name *name, uint16_t type,
	bool extended, unsigned char *bytes);

enum gateway_dns_heard {
	DNS_OTHER,      /* no reply to this question */
	DNS_FAILED,     /* this server does not know */
	DNS_UNEXTENDED, /* it does not know EDNS0 */
	DNS_TRUNCATED,  /* to be asked by TCP */
	DNS_MORE,       /* the chain leads on: ask for its last name */
	DNS_DONE,
};

/* Addresses that no answer gives away. */
struct gateway_dns_refused {
	const struct prefix *ranges;
	size_t count;
};

/*
 * Read the reply to our question @id for the last name of @answer's chain, or for what was asked
 * when there is none yet.  MORE and DONE add to @answer what belongs to the chain, nothing else
 * changes it.  @stream: it came by TCP.
 */
enum gateway_dns_heard gateway_dns_read_reply(const unsigned char *bytes, size_t length,
	uint16_t id, bool stream, const struct gateway_dns_refused *refused,
	struct gateway_answer *answer);
