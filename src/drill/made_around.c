/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts made from the plan and the machine: the router, the host's addresses, other stacks. */
#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "drill/made_part.h"
#include "drill/world.h"
#include "plan/plan.h"

/* Nobody's, in the ranges that stacks have their addresses from (plan/addresses.c): one of the two
 * is not this stack's. */
#define STAND_IN "198.19.254.77"
#define STAND_IN_TOO "198.18.254.77"
#define STAND_IN6 "fd62:6b68:6472::77"

static void add_both(struct drill_maker *maker, const struct drill_way *way)
{
	drill_maker_way(maker, way, false);
	drill_maker_way(maker, way, true);
}

static bool uses_host(const struct drill_maker *maker, enum plan_transport transport, uint32_t port)
{
	const struct plan *plan = maker->world->plan;

	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].port == port &&
			plan->host_edges[i].transport == transport &&
			text_equal(plan->host_edges[i].from, maker->service->name))
			return true;
	return false;
}

/* But for the port of resolvers, where a question is asked: ask-resolver. */
static void add_router(struct drill_maker *maker)
{
	enum { DNS = 53 };
	const struct drill_world *world = maker->world;
	const struct plan_network *network = &world->plan->network;
	struct drill_way way = {.name = "router",
		.addresses = {network->router4, network->router6},
		.port = world->near_port,
		.category = "surroundings",
		.group = DRILL_WAYS_ROUTER};

	add_both(maker, &way);
	for (size_t i = 0; i < drill_sample_count; i++) {
		way.port = drill_samples[i];
		if (way.port == DNS)
			continue;
		if (!uses_host(maker, PLAN_TCP, way.port))
			drill_maker_way(maker, &way, false);
		if (!uses_host(maker, PLAN_UDP, way.port))
			drill_maker_way(maker, &way, true);
	}
}

/* The host's end of the link of `gateway: nat`, and each address that the host has anyhow. */
static void add_host(struct drill_maker *maker)
{
	const struct drill_world *world = maker->world;
	struct drill_way door = {.name = "door",
		.addresses = {world->plan->network.host4, NULL},
		.port = world->host_port,
		.category = "surroundings",
		.group = DRILL_WAYS_HOST};

	add_both(maker, &door);
	for (size_t i = 0; i < world->machine.count; i++) {
		const char *address = world->machine.addresses[i];
		bool six = strchr(address, ':') != NULL;
		struct drill_way way = door;

		if (text_equal(address, world->plan->network.host4))
			continue;
		way.name = arena_printf(maker->arena, "host:%s", address);
		way.addresses[0] = six ? NULL : address;
		way.addresses[1] = six ? address : NULL;
		add_both(maker, &way);
	}
}

/* Is @address in @prefix, "198.18.4.0/24"? */
static bool within(const char *prefix, const char *address)
{
	struct in_addr base, asked;
	char text[INET_ADDRSTRLEN] = "";
	const char *slash = prefix ? strchr(prefix, '/') : NULL;
	uint64_t bits;

	if (!slash || (size_t)(slash - prefix) >= sizeof(text) ||
		!text_number(slash + 1, 32, &bits) || inet_pton(AF_INET, address, &asked) != 1)
		return false;
	memcpy(text, prefix, (size_t)(slash - prefix));
	return inet_pton(AF_INET, text, &base) == 1 &&
	       (bits == 0 || !((ntohl(base.s_addr) ^ ntohl(asked.s_addr)) >> (32 - bits)));
}

/* An address of theirs may be one of ours: then it means ours. */
static void add_other(struct drill_maker *maker, const struct drill_other *other)
{
	const struct drill_world *world = maker->world;
	const struct plan_network *network = &world->plan->network;
	struct drill_way way = {
		.name = arena_printf(maker->arena, "stack:%s:%s", other->stack, other->name),
		.addresses = {other->addresses[0], other->addresses[1]},
		.port = other->port ? other->port : world->near_port,
		.category = "surroundings",
		.group = DRILL_WAYS_STACKS};

	if (way.addresses[0] && within(network->prefix4, way.addresses[0]))
		way.addresses[0] = NULL;
	if (other->port)
		drill_maker_way(maker, &way, other->datagrams);
	else
		add_both(maker, &way);
}

static void add_others(struct drill_maker *maker)
{
	const struct drill_options *options = maker->world->options;
	const char *prefix = maker->world->plan->network.prefix4;
	const struct drill_other stand_in = {.stack = "stand-in",
		.name = "service",
		.network = -1,
		.addresses = {within(prefix, STAND_IN) ? STAND_IN_TOO : STAND_IN, STAND_IN6}};

	for (size_t i = 0; options && i < options->other_count; i++)
		add_other(maker, &options->others[i]);
	if (!options || !options->other_count)
		add_other(maker, &stand_in);
}

void drill_make_around(struct drill_maker *maker)
{
	add_router(maker);
	add_host(maker);
	add_others(maker);
}
