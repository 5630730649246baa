/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/flow_table.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "gateway/address.h"

enum { NOBODY = UINT32_MAX, CHAINS = 16 };

/* The two lists of an owner, each from the one that is silent for longest on. */
enum list { SHORT, EXCHANGE, LISTS };
static const long patience[LISTS] = {FLOW_SECONDS, FLOW_EXCHANGE_SECONDS};

struct flow {
	struct gateway_flow_key key;
	uint32_t owner, next, before, after; /* next: in its chain, or of the free ones */
	enum list list;
	bool answered;
	long begun, last;
};

struct owner {
	uint32_t first[LISTS], last[LISTS];
	uint32_t count;
};

struct gateway_flow_table {
	uint64_t seed; /* so that nobody knows whose chains are the same */
	size_t count, owner_count;
	uint32_t free, chain_mask;
	uint32_t *chains;
	struct owner *owners;
	struct flow flows[];
};

struct gateway_flow_key gateway_flow_key(
	size_t door, const union gateway_address *client, const union gateway_address *wanted)
{
	const bool wide = client->any.sa_family == AF_INET6;
	struct gateway_flow_key key = {.door = (uint32_t)door,
		.client_port = (uint16_t)gateway_port(client),
		.wanted_port = (uint16_t)gateway_port(wanted)};

	memcpy(key.client, gateway_address_bytes(client), wide ? 16 : 4);
	memcpy(key.wanted, gateway_address_bytes(wanted), wide ? 16 : 4);
	if (wide)
		key.scope = ((const struct sockaddr_in6 *)&client->storage)->sin6_scope_id;
	return key;
}

struct gateway_flow_table *gateway_flow_table(size_t capacity, size_t owners)
{
	size_t chains = CHAINS;

	while (chains < capacity)
		chains *= 2;
	struct gateway_flow_table *table = calloc(
		1, sizeof(*table) + capacity * sizeof(table->flows[0]) +
			   owners * sizeof(*table->owners) + chains * sizeof(*table->chains));
	if (!table)
		return NULL;
	table->owners = (struct owner *)&table->flows[capacity];
	table->owner_count = owners;
	for (size_t i = 0; i < owners; i++)
		table->owners[i] = (struct owner){{NOBODY, NOBODY}, {NOBODY, NOBODY}, 0};
	table->chains = (uint32_t *)&table->owners[owners];
	table->chain_mask = (uint32_t)chains - 1;
	memset(table->chains, 0xff, chains * sizeof(*table->chains));
	table->free = capacity ? 0 : NOBODY;
	for (size_t i = 0; i < capacity; i++)
		table->flows[i].next = i + 1 < capacity ? (uint32_t)i + 1 : NOBODY;
	const void *random = (const void *)getauxval(AT_RANDOM);
	if (random)
		memcpy(&table->seed, random, sizeof(table->seed));
	return table;
}

static uint32_t chain_of(const struct gateway_flow_table *table, const struct gateway_flow_key *key)
{
	uint64_t words[(sizeof(*key) + sizeof(uint64_t) - 1) / sizeof(uint64_t)] = {0};
	uint64_t state = table->seed;

	memcpy(words, key, sizeof(*key));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		state = (state ^ words[i]) * 0x9e3779b97f4a7c15u;
		state ^= state >> 32;
	}
	return (uint32_t)state & table->chain_mask;
}

size_t gateway_flow_find(const struct gateway_flow_table *table, const struct gateway_flow_key *key)
{
	uint32_t index = table->chains[chain_of(table, key)];

	while (index != NOBODY && memcmp(&table->flows[index].key, key, sizeof(*key)) != 0)
		index = table->flows[index].next;
	return index == NOBODY ? FLOW_NONE : index;
}

static void join(struct gateway_flow_table *table, uint32_t index)
{
	struct flow *flow = &table->flows[index];
	struct owner *owner = &table->owners[flow->owner];

	flow->before = owner->last[flow->list];
	flow->after = NOBODY;
	if (flow->before == NOBODY)
		owner->first[flow->list] = index;
	else
		table->flows[flow->before].after = index;
	owner->last[flow->list] = index;
}

static void leave(struct gateway_flow_table *table, uint32_t index)
{
	const struct flow *flow = &table->flows[index];
	struct owner *owner = &table->owners[flow->owner];

	if (flow->before == NOBODY)
		owner->first[flow->list] = flow->after;
	else
		table->flows[flow->before].after = flow->after;
	if (flow->after == NOBODY)
		owner->last[flow->list] = flow->before;
	else
		table->flows[flow->after].before = flow->before;
}

size_t gateway_flow_in_the_way(const struct gateway_flow_table *table)
{
	const struct owner *most = table->owners;

	if (table->free != NOBODY)
		return FLOW_NONE;
	for (size_t i = 1; i < table->owner_count; i++)
		if (table->owners[i].count > most->count)
			most = &table->owners[i];
	if (!most->count)
		return FLOW_NONE;
	return most->first[SHORT] != NOBODY ? most->first[SHORT] : most->first[EXCHANGE];
}

size_t gateway_flow_begin(struct gateway_flow_table *table, const struct gateway_flow_key *key,
	size_t owner, long now)
{
	const uint32_t index = table->free;
	uint32_t *chain = &table->chains[chain_of(table, key)];

	if (index == NOBODY || owner >= table->owner_count)
		return FLOW_NONE;
	table->free = table->flows[index].next;
	table->flows[index] = (struct flow){
		.key = *key, .owner = (uint32_t)owner, .next = *chain, .begun = now, .last = now};
	*chain = index;
	join(table, index);
	table->owners[owner].count++;
	table->count++;
	return index;
}

void gateway_flow_passed(struct gateway_flow_table *table, size_t index, bool answer, long now)
{
	struct flow *flow = &table->flows[index];

	leave(table, (uint32_t)index);
	flow->answered = flow->answered || answer;
	if (flow->answered && now - flow->begun > FLOW_FIRST_SECONDS)
		flow->list = EXCHANGE;
	flow->last = now;
	join(table, (uint32_t)index);
}

bool gateway_flow_answered(const struct gateway_flow_table *table, size_t flow)
{
	return table->flows[flow].answered;
}

void gateway_flow_end(struct gateway_flow_table *table, size_t index)
{
	struct flow *flow = &table->flows[index];
	uint32_t *place = &table->chains[chain_of(table, &flow->key)];

	while (*place != index)
		place = &table->flows[*place].next;
	*place = flow->next;
	leave(table, (uint32_t)index);
	table->owners[flow->owner].count--;
	table->count--;
	flow->next = table->free;
	table->free = (uint32_t)index;
}

size_t gateway_flow_late(const struct gateway_flow_table *table, long now)
{
	for (size_t i = 0; table->count && i < table->owner_count; i++)
		for (enum list list = SHORT; list < LISTS; list++) {
			const uint32_t first = table->owners[i].first[list];

			if (first != NOBODY && now - table->flows[first].last >= patience[list])
				return first;
		}
	return FLOW_NONE;
}

size_t gateway_flow_count(const struct gateway_flow_table *table)
{
	return table->count;
}
