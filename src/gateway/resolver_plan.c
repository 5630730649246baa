/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_plan.h"

#include <arpa/inet.h>

#include "base/arena.h"
#include "base/text.h"
#include "enforce/network_names.h"
#include "gateway/address.h"
#include "gateway/resolver_config.h"
#include "plan/plan.h"

/* The lists that grow while they are made. */
struct made {
	const struct plan *plan;
	struct arena *arena;
	struct gateway_resolver_service *services;
	struct gateway_resolver_upstream *upstreams;
	struct prefix specials[PLAN_SPECIALS];
	struct gateway_resolver_config config;
};

/* Two lines with one name have one set of addresses: the first stands for both. */
static void add_names(struct made *made, struct gateway_resolver_service *into)
{
	struct gateway_resolver_name *names = NULL;

	for (size_t i = 0; i < made->plan->outside_count; i++) {
		const struct plan_outside *outside = &made->plan->outsides[i];
		bool known = false;

		if (!outside->name || !text_equal(outside->from, into->name))
			continue;
		for (size_t j = 0; names && j < into->name_count; j++)
			known = known || text_equal(names[j].pattern, outside->name);
		if (!known)
			*(struct gateway_resolver_name *)arena_append(
				made->arena, &names, &into->name_count, sizeof(*names)) =
				(struct gateway_resolver_name){outside->name, (uint32_t)i};
	}
	into->names = names;
}

static void add_service(struct made *made, const struct plan_service *service)
{
	struct gateway_resolver_service *into = arena_append(
		made->arena, &made->services, &made->config.service_count, sizeof(*made->services));

	*into = (struct gateway_resolver_service){.name = service->name};
	into->has4 = inet_pton(AF_INET, service->address4, into->address4) == 1;
	into->has6 = inet_pton(AF_INET6, service->address6, into->address6) == 1;
	add_names(made, into);
}

struct gateway_resolver_config *gateway_resolver_plan(const struct plan *plan, struct arena *arena)
{
	struct made *made = arena_alloc(arena, sizeof(*made));
	struct gateway_resolver_config *config = &made->config;

	made->plan = plan;
	made->arena = arena;
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan_asks_names(plan, &plan->services[i]))
			add_service(made, &plan->services[i]);
	for (size_t i = 0; i < plan->upstream_count; i++) {
		struct gateway_resolver_upstream *upstream = arena_append(
			arena, &made->upstreams, &config->upstream_count, sizeof(*made->upstreams));

		upstream->length = gateway_address_set(
			&upstream->address, plan->upstreams[i].address, NETWORK_RESOLVER_PORT);
	}
	config->services = made->services;
	config->upstreams = made->upstreams;
	config->refused = made->specials;
	config->refused_count = plan_specials(plan, made->specials);
	config->listen4.length = gateway_address_set(
		&config->listen4.address, plan->network.router4, NETWORK_RESOLVER_PORT);
	config->landlock = plan->service_count > 0 && plan->services[0].landlock.used;
	config->id = plan->network.resolver_id;
	return config;
}
