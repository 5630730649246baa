/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The state of a resolver; only resolver*.c without a socket look into it. */

#include <arpa/nameser.h>

#include "gateway/dns.h"
#include "gateway/resolver.h"
#include "gateway/resolver_cache.h"
#include "gateway/resolver_names.h"
#include "gateway/resolver_openings.h"
#include "gateway/resolver_refusals.h"

enum { NOBODY = UINT32_MAX };

/* A client that waits, for upstream or for an opening. */
struct gateway_waiter {
	struct gateway_resolver_client client;
	struct gateway_dns_query query;
	uint32_t question; /* whose answer it gets; NOBODY: it gets @code */
	unsigned code;
	int opening;   /* the one that it waits for; -1: none */
	uint32_t next; /* in the list of its question, of the ready or the free ones */
};

/* A question that somebody waits for: upstream is asked, then addresses are opened. */
struct gateway_question {
	enum { QUESTION_FREE, QUESTION_ASKING, QUESTION_OPENING } state;
	uint32_t service;             /* for which it was begun */
	struct gateway_answer answer; /* as far as it is known */
	int64_t began, late;          /* late: when this server's time is over */
	uint32_t waiting;             /* the first of the list */
	uint32_t count;               /* of those who get its answer, the ready ones too */
	size_t server;
	unsigned tries, others;       /* others: messages that were no reply to it */
	bool due, stream, unextended; /* due: it is to be sent */
	uint16_t id;
};

/* One service's share of the tables. */
struct gateway_share {
	uint32_t waiting, questions;
	int64_t tokens, filled; /* thousandths of a new question */
};

struct gateway_resolver_home; /* an address, and the service that has it */

struct gateway_resolver {
	const struct gateway_resolver_config *config;
	struct gateway_dns_refused refused;
	struct gateway_resolver_names *names;
	struct gateway_resolver_cache *cache;
	struct gateway_resolver_openings *openings;
	struct gateway_resolver_home *homes;
	size_t home_count;
	struct gateway_share *shares;      /* of each service */
	struct gateway_refusals *refusals; /* the same; the configuration's, or: */
	struct gateway_refusals *own_refusals;
	struct gateway_question *questions; /* RESOLVER_QUESTIONS */
	size_t question_count, due_count;
	size_t server;                  /* that answered last */
	struct gateway_waiter *waiters; /* RESOLVER_WAITING */
	uint32_t free, ready, ready_last;
};

/* Open the addresses of @answer to @service, for the edges that @name belongs to: as
 * gateway_resolver_openings_want() says of the first that is not open. */
int gateway_resolver_open(struct gateway_resolver *resolver, uint32_t service,
	const struct gateway_dns_name *name, const struct gateway_answer *answer, int64_t now);

/* The question for this name, or NOBODY. */
uint32_t gateway_question_find(const struct gateway_resolver *resolver,
	const struct gateway_dns_name *name, uint16_t type);

/* A new one, for @service; @known: its answer is, else upstream is asked.  NOBODY: it has had its
 * share. */
uint32_t gateway_question_begin(struct gateway_resolver *resolver, uint32_t service,
	const struct gateway_dns_query *query, const struct gateway_answer *known, int64_t now);

/* Those who wait for question @index get a failure. */
void gateway_question_fail(struct gateway_resolver *resolver, uint32_t index);

/* Let a client wait for question @index; false: there is no room. */
bool gateway_waiter_add(struct gateway_resolver *resolver, uint32_t index,
	const struct gateway_resolver_client *client, const struct gateway_dns_query *query);

/* The answer of question @index is known: who waits for @opening (-1: for anything) gets it as
 * soon as all addresses are open, or a failure when that one was not @granted. */
void gateway_waiters_serve(
	struct gateway_resolver *resolver, uint32_t index, int opening, bool granted, int64_t now);
void gateway_waiters_fail(struct gateway_resolver *resolver, uint32_t index);

/* Nobody gets the answer of question @index any more: its place is free. */
void gateway_question_settle(struct gateway_resolver *resolver, uint32_t index);
