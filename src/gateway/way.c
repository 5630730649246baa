/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/way.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "base/text.h"
#include "gateway/address.h"
#include "plan/plan.h"

struct way {
	struct prefix client;             /* one address */
	const struct plan_ranges *ranges; /* NULL: to the loopback */
	const char *name;                 /* which TLS has to say; NULL: any or none */
	enum plan_transport transport;
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

/* Which addresses a name has, the router's table knows. */
static void add_outside(struct gateway_ways *ways, struct arena *arena, const struct plan *plan,
	const struct plan_outside *outside)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < 2; i++) {
		struct plan_ranges *ranges = arena_alloc(arena, sizeof(*ranges));

		if (plan_outside_ranges(plan, outside, families[i], ranges))
			add(ways, arena, plan_service(plan, outside->from), families[i],
				(struct way){.ranges = ranges,
					.name = outside->tls ? outside->name : NULL,
					.transport = outside->transport,
					.first = outside->first,
					.last = outside->last});
	}
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
		const struct way way = {
			.transport = edge->transport, .first = edge->port, .last = edge->port};

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

static bool leads(const struct way *way, enum plan_transport transport, bool host,
	const union gateway_address *wanted, unsigned port)
{
	if (way->transport != transport || !way->ranges != host || port < way->first ||
		port > way->last)
		return false;
	if (host)
		return true;
	for (size_t i = 0; i < way->ranges->special_count; i++)
		if (holds(&way->ranges->specials[i], wanted))
			return false;
	return holds(&way->ranges->range, wanted);
}

/* The first way of the service at @client, by halves; the others follow it. */
static size_t first_of(const struct gateway_ways *ways, const struct way *asked)
{
	size_t low = 0, high = ways->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&ways->ways[middle], asked) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct way client_of(const union gateway_address *client)
{
	const bool wide = client->any.sa_family == AF_INET6;
	struct way asked = {.client = {.family = client->any.sa_family}};

	memcpy(asked.client.bytes, gateway_address_bytes(client), wide ? 16 : 4);
	return asked;
}

#define EACH_WAY(way, ways, asked)                                                                 \
	for (const struct way *way = (ways)->ways + first_of((ways), (asked));                     \
		way < (ways)->ways + (ways)->count && compare(way, (asked)) == 0; way++)

bool gateway_way_host(const struct gateway_ways *ways, enum plan_transport transport,
	const union gateway_address *client, unsigned port)
{
	const struct way asked = client_of(client);

	EACH_WAY(way, ways, &asked)
	{
		if (leads(way, transport, true, NULL, port))
			return true;
	}
	return false;
}

enum gateway_way gateway_way_outside(const struct gateway_ways *ways, enum plan_transport transport,
	const union gateway_address *client, const union gateway_address *wanted)
{
	const struct way asked = client_of(client);
	enum gateway_way found = WAY_NONE;

	EACH_WAY(way, ways, &asked)
	{
		if (!leads(way, transport, false, wanted, gateway_port(wanted)))
			continue;
		if (!way->name)
			return WAY_OPEN;
		found = WAY_NAMED;
	}
	return found;
}

static bool is_called(const char *pattern, const char *name)
{
	const char *rest = strchr(name, '.');

	if (text_starts(pattern, "*."))
		return rest && rest != name && strcmp(rest, pattern + 1) == 0;
	return strcmp(pattern, name) == 0;
}

bool gateway_way_named(const struct gateway_ways *ways, const union gateway_address *client,
	unsigned port, const char *name)
{
	const struct way asked = client_of(client);

	EACH_WAY(way, ways, &asked)
	{
		if (way->name && port >= way->first && port <= way->last &&
			is_called(way->name, name))
			return true;
	}
	return false;
}

size_t gateway_way_number(const struct gateway_ways *ways, const union gateway_address *client)
{
	const struct way asked = client_of(client);

	return first_of(ways, &asked);
}

size_t gateway_way_count(const struct gateway_ways *ways)
{
	return ways->count;
}

bool gateway_way_router(const struct gateway_ways *ways, const union gateway_address *address)
{
	return holds(&ways->router4, address) || holds(&ways->router6, address);
}
