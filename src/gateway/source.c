/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/source.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "gateway/door.h"
#include "plan/plan.h"

enum { ADDRESS4 = 4, CUSTOMER6 = 8, NOBODY = UINT32_MAX };

/* Of whom connections are counted together. */
struct client {
	uint32_t group, family;
	unsigned char address[CUSTOMER6];
};

struct source {
	struct client client;
	uint32_t connections;
	uint32_t next; /* in its chain, or in that of the free ones */
};

struct gateway_sources {
	uint64_t seed; /* so that nobody knows whose chains are the same */
	uint32_t free, chain_mask;
	uint32_t *chains;
	struct source sources[];
};

struct gateway_sources *gateway_sources(size_t capacity)
{
	size_t chains = 16;

	while (chains < capacity)
		chains *= 2;
	struct gateway_sources *sources =
		calloc(1, sizeof(*sources) + capacity * sizeof(sources->sources[0]) +
				  chains * sizeof(*sources->chains));
	if (!sources)
		return NULL;
	sources->chains = (uint32_t *)&sources->sources[capacity];
	sources->chain_mask = (uint32_t)chains - 1;
	memset(sources->chains, 0xff, chains * sizeof(*sources->chains));
	for (size_t i = 0; i < capacity; i++)
		sources->sources[i].next = i + 1 < capacity ? (uint32_t)i + 1 : NOBODY;
	const void *random = (const void *)getauxval(AT_RANDOM);
	if (random)
		memcpy(&sources->seed, random, sizeof(sources->seed));
	return sources;
}

static struct client client_of(
	const struct gateway_door *door, const union gateway_address *address)
{
	struct client client = {.group = door->group, .family = address->any.sa_family};

	memcpy(client.address, gateway_address_bytes(address),
		client.family == AF_INET6 ? CUSTOMER6 : ADDRESS4);
	return client;
}

static uint32_t *chain_of(struct gateway_sources *sources, const struct client *client)
{
	uint64_t state = sources->seed ^ ((uint64_t)client->group << 8 | client->family), address;

	memcpy(&address, client->address, sizeof(address));
	for (int i = 0; i < 2; i++) {
		state = (state ^ address) * 0x9e3779b97f4a7c15u;
		state ^= state >> 32;
	}
	return &sources->chains[state & sources->chain_mask];
}

/* The place that leads to @client in its chain, or to nobody at its end. */
static uint32_t *find(struct gateway_sources *sources, const struct client *client)
{
	uint32_t *place = chain_of(sources, client);

	while (*place != NOBODY &&
		memcmp(&sources->sources[*place].client, client, sizeof(*client)) != 0)
		place = &sources->sources[*place].next;
	return place;
}

bool gateway_source_may_come(const struct gateway_door *door, const union gateway_address *client)
{
	for (size_t i = 0; i < door->range_count; i++)
		if (prefix_holds(&door->ranges[i], gateway_address_bytes(client)))
			return true;
	return door->range_count == 0;
}

bool gateway_source_enter(struct gateway_sources *sources, const struct gateway_door *door,
	const union gateway_address *address)
{
	if (!gateway_source_may_come(door, address))
		return false;
	if (!door->per_source)
		return true;
	const struct client client = client_of(door, address);
	uint32_t *place = find(sources, &client), index = *place;
	if (index == NOBODY) {
		/* There is one for each connection. */
		index = sources->free;
		if (index == NOBODY)
			return false;
		sources->free = sources->sources[index].next;
		sources->sources[index] = (struct source){.client = client, .next = NOBODY};
		*place = index;
	}
	struct source *source = &sources->sources[index];
	if (source->connections >= door->per_source)
		return false;
	source->connections++;
	return true;
}

void gateway_source_leave(struct gateway_sources *sources, const struct gateway_door *door,
	const union gateway_address *address)
{
	if (!door->per_source)
		return;
	const struct client client = client_of(door, address);
	uint32_t *place = find(sources, &client), index = *place;

	if (index == NOBODY || --sources->sources[index].connections > 0)
		return;
	*place = sources->sources[index].next;
	sources->sources[index].next = sources->free;
	sources->free = index;
}
