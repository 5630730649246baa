/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/way.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "gateway/address.h"
#include "plan/plan.h"

struct way {
	struct prefix client; /* one address */
	bool host;            /* to the loopback; else to @range but for @specials */
	struct prefix range;
	const struct prefix *specials;
	size_t special_count;
	unsigned first, last;
};

struct gateway_ways {
	struct way *ways; /* sorted by client */
	size_t count;
	struct prefix router4, router6;
};

static void parse(const char *text, struct prefix *prefix)
{
	if (!text || !prefix_parse(text, strlen(text), prefix))
		*prefix = (struct prefix){0};
}

static void add(struct gateway_ways *ways, struct arena *arena, const struct plan_service *service,
	int family, struct way way)
{
	if (!service)
		return;
	parse(family == AF_INET6 ? service->address6 : service->address4, &way.client);
	if (way.client.family)
		*(struct way *)arena_append(arena, &ways->ways, &ways->count, sizeof(way)) = way;
}

static void add_outside(struct gateway_ways *ways, struct arena *arena, const struct plan *plan,
	const struct plan_outside *outside)
{
	struct prefix *specials = arena_alloc(arena, PLAN_OUTSIDE_SPECIALS * sizeof(*specials));
	struct way way = {.specials = specials, .first = outside->first, .last = outside->last};

	way.special_count = plan_outside_ranges(plan, outside, &way.range, specials);
	add(ways, arena, plan_service(plan, outside->from), way.range.family, way);
}

static int compare(const void *left, const void *right)
{
	const struct prefix *one = &((const struct way *)left)->client;
	const struct prefix *other = &((const struct way *)right)->client;

	if (one->family != other->family)
		return one->family < other->family ? -1 : 1;
	return memcmp(one->bytes, other->bytes, sizeof(one->bytes));
}

const struct gateway_ways *gateway_ways(const struct plan *plan, struct arena *arena)
{
	struct gateway_ways *ways = arena_alloc(arena, sizeof(*ways));

	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];
		const struct way way = {.host = true, .first = edge->port, .last = edge->port};

		add(ways, arena, plan_service(plan, edge->from), AF_INET, way);
		add(ways, arena, plan_service(plan, edge->from), AF_INET6, way);
	}
	for (size_t i = 0; i < plan->outside_count; i++)
		add_outside(ways, arena, plan, &plan->outsides[i]);
	qsort(ways->ways, ways->count, sizeof(*ways->ways), compare);
	parse(plan->network.router4, &ways->router4);
	parse(plan->network.router6, &ways->router6);
	return ways;
}

static bool holds(const struct prefix *prefix, const union gateway_address *address)
{
	return prefix->family == address->any.sa_family &&
	       prefix_holds(prefix, gateway_address_bytes(address));
}

static bool leads(
	const struct way *way, bool host, const union gateway_address *wanted, unsigned port)
{
	if (way->host != host || port < way->first || port > way->last)
		return false;
	if (host)
		return true;
	for (size_t i = 0; i < way->special_count; i++)
		if (holds(&way->specials[i], wanted))
			return false;
	return holds(&way->range, wanted);
}

/* The first way of the service at @client is found by halves; the others follow it. */
static bool find(const struct gateway_ways *ways, const union gateway_address *client, bool host,
	const union gateway_address *wanted, unsigned port)
{
	const bool wide = client->any.sa_family == AF_INET6;
	struct way asked = {.client = {.family = client->any.sa_family}};
	size_t low = 0, high = ways->count;

	memcpy(asked.client.bytes, gateway_address_bytes(client), wide ? 16 : 4);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&ways->ways[middle], &asked) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ways->count && compare(&ways->ways[low], &asked) == 0; low++)
		if (leads(&ways->ways[low], host, wanted, port))
			return true;
	return false;
}

bool gateway_way_host(
	const struct gateway_ways *ways, const union gateway_address *client, unsigned port)
{
	return find(ways, client, true, NULL, port);
}

bool gateway_way_outside(const struct gateway_ways *ways, const union gateway_address *client,
	const union gateway_address *wanted)
{
	return find(ways, client, false, wanted, gateway_port(wanted));
}

bool gateway_way_router(const struct gateway_ways *ways, const union gateway_address *address)
{
	return holds(&ways->router4, address) || holds(&ways->router6, address);
}
