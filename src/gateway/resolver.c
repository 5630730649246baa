/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "gateway/resolver_part.h"

struct gateway_resolver_home {
	uint32_t wide, service;
	unsigned char address[16];
};

static int compare_homes(const void *left, const void *right)
{
	const struct gateway_resolver_home *one = left, *other = right;

	if (one->wide != other->wide)
		return one->wide < other->wide ? -1 : 1;
	return memcmp(one->address, other->address, sizeof(one->address));
}

static void add_home(
	struct gateway_resolver *resolver, size_t service, bool wide, const unsigned char *address)
{
	struct gateway_resolver_home *home = &resolver->homes[resolver->home_count++];

	*home = (struct gateway_resolver_home){.wide = wide, .service = (uint32_t)service};
	memcpy(home->address, address, wide ? 16 : 4);
}

uint32_t gateway_resolver_service(
	const struct gateway_resolver *resolver, bool wide, const unsigned char *address)
{
	struct gateway_resolver_home wanted = {.wide = wide};

	memcpy(wanted.address, address, wide ? 16 : 4);
	const struct gateway_resolver_home *home = bsearch(
		&wanted, resolver->homes, resolver->home_count, sizeof(wanted), compare_homes);
	return home ? home->service : NOBODY;
}

void gateway_resolver_free(struct gateway_resolver *resolver)
{
	if (!resolver)
		return;
	free(resolver->names);
	free(resolver->cache);
	free(resolver->openings);
	free(resolver->homes);
	free(resolver->shares);
	free(resolver->own_refusals);
	free(resolver->questions);
	free(resolver->waiters);
	free(resolver);
}

static bool allocate(struct gateway_resolver *resolver, uint64_t seed)
{
	const size_t services = resolver->config->service_count;

	resolver->cache = gateway_resolver_cache(seed);
	resolver->openings = gateway_resolver_openings(seed);
	resolver->homes = calloc(2 * services + 1, sizeof(*resolver->homes));
	resolver->shares = calloc(services + 1, sizeof(*resolver->shares));
	resolver->own_refusals = calloc(services + 1, sizeof(*resolver->own_refusals));
	resolver->refusals =
		resolver->config->refusals ? resolver->config->refusals : resolver->own_refusals;
	resolver->questions = calloc(RESOLVER_QUESTIONS, sizeof(*resolver->questions));
	resolver->waiters = calloc(RESOLVER_WAITING, sizeof(*resolver->waiters));
	return resolver->cache && resolver->openings && resolver->homes && resolver->shares &&
	       resolver->own_refusals && resolver->questions && resolver->waiters;
}

static void fill(struct gateway_resolver *resolver)
{
	const struct gateway_resolver_config *config = resolver->config;

	for (size_t i = 0; i < config->service_count; i++) {
		const struct gateway_resolver_service *service = &config->services[i];

		resolver->shares[i].tokens = RESOLVER_TOKENS;
		if (service->has4)
			add_home(resolver, i, false, service->address4);
		if (service->has6)
			add_home(resolver, i, true, service->address6);
	}
	qsort(resolver->homes, resolver->home_count, sizeof(*resolver->homes), compare_homes);
	for (uint32_t i = 0; i < RESOLVER_WAITING; i++)
		resolver->waiters[i].next = i + 1 < RESOLVER_WAITING ? i + 1 : NOBODY;
	resolver->ready = NOBODY;
}

struct gateway_resolver *gateway_resolver(
	const struct gateway_resolver_config *config, uint64_t seed, struct fault *why)
{
	struct gateway_resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver || (resolver->config = config, !allocate(resolver, seed))) {
		fault(why, -ENOMEM, (struct where){0}, "no memory for the resolver");
		gateway_resolver_free(resolver);
		return NULL;
	}
	if (gateway_dns_load(why) || !(resolver->names = gateway_resolver_names(config, why))) {
		gateway_resolver_free(resolver);
		return NULL;
	}
	resolver->refused = (struct gateway_dns_refused){config->refused, config->refused_count};
	fill(resolver);
	return resolver;
}

int gateway_resolver_open(struct gateway_resolver *resolver, uint32_t service,
	const struct gateway_dns_name *name, const struct gateway_answer *answer, int64_t now)
{
	const uint32_t seconds = gateway_answer_left(answer, answer->address_seconds, now);
	uint32_t edges[RESOLVER_EDGES];
	size_t count = gateway_resolver_names_edges(resolver->names, service, name, edges);
	int said = OPENING_DONE;

	for (size_t i = 0; i < answer->address_count; i++)
		for (size_t j = 0; j < count; j++) {
			int one = gateway_resolver_openings_want(resolver->openings, edges[j],
				answer->type == ns_t_aaaa, answer->addresses[i], seconds, now);

			if (one == OPENING_FAILED)
				return one;
			if (said == OPENING_DONE)
				said = one;
		}
	return said;
}

/* Types that are no records but ask for something else: all of them, a zone, a key. */
static bool is_meta(uint16_t type)
{
	return type == ns_t_opt || (type >= 128 && type <= 255);
}

/* Of a declared name: at once, or @waits. */
static size_t answer_name(struct gateway_resolver *resolver,
	const struct gateway_resolver_client *client, const struct gateway_dns_query *query,
	int64_t now, unsigned char *answer, bool *waits)
{
	const struct gateway_answer *known =
		gateway_resolver_cache_find(resolver->cache, &query->name, query->type, now);
	int opening =
		known ? gateway_resolver_open(resolver, client->service, &query->name, known, now)
		      : 0;

	if (known && opening == OPENING_DONE)
		return gateway_dns_write_answer(
			query, known, now, client->stream ? DNS_ANSWER : query->size, answer);
	if (opening == OPENING_FAILED)
		return gateway_dns_write_code(query, ns_r_servfail, true, answer);
	uint32_t index = gateway_question_find(resolver, &query->name, query->type);
	if (index == NOBODY)
		index = gateway_question_begin(resolver, client->service, query, known, now);
	*waits = index != NOBODY && gateway_waiter_add(resolver, index, client, query);
	if (index != NOBODY && resolver->questions[index].state == QUESTION_OPENING)
		gateway_waiters_serve(resolver, index, -1, true, now);
	else if (index != NOBODY)
		gateway_question_settle(resolver, index);
	return *waits ? 0 : gateway_dns_write_code(query, ns_r_servfail, true, answer);
}

size_t gateway_resolver_ask(struct gateway_resolver *resolver,
	const struct gateway_resolver_client *client, const unsigned char *bytes, size_t length,
	int64_t now, unsigned char *answer, bool *waits)
{
	uint32_t edges[RESOLVER_EDGES];
	struct gateway_dns_query query;
	bool asked;
	int said = gateway_dns_read_query(bytes, length, &query, &asked);

	*waits = false;
	if (said == DNS_DROP)
		return 0;
	if (said != DNS_ASKED)
		return gateway_dns_write_code(&query, (unsigned)said, asked, answer);
	if (!gateway_resolver_names_edges(resolver->names, client->service, &query.name, edges)) {
		gateway_refusals_add(
			&resolver->refusals[client->service], &query.name, query.type, now);
		return gateway_dns_write_code(&query, ns_r_refused, true, answer);
	}
	if (is_meta(query.type))
		return gateway_dns_write_code(&query, ns_r_refused, true, answer);
	/* A client that hears that there is no such record goes on to the addresses. */
	if (query.type != ns_t_a && query.type != ns_t_aaaa)
		return gateway_dns_write_code(&query, ns_r_noerror, true, answer);
	return answer_name(resolver, client, &query, now, answer, waits);
}

bool gateway_resolver_next_opening(
	struct gateway_resolver *resolver, struct gateway_opening *opening)
{
	return gateway_resolver_openings_next(resolver->openings, opening);
}

void gateway_resolver_sent_opening(struct gateway_resolver *resolver)
{
	gateway_resolver_openings_sent(resolver->openings);
}

const struct gateway_refusals *gateway_resolver_refusals(
	const struct gateway_resolver *resolver, uint32_t service)
{
	return &resolver->refusals[service];
}
