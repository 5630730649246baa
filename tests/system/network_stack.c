/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/network_stack.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

static struct plan_service services[] = {
	[WEB] = {.name = "web",
		.where = {"shop.yaml", 3, 3},
		.linked = true,
		.default_route = true,
		.link = 1,
		.address4 = "198.18.4.2",
		.address6 = "fd62:6b68::2"},
	[API] = {.name = "api",
		.where = {"shop.yaml", 8, 3},
		.linked = true,
		.link = 2,
		.address4 = "198.18.4.3",
		.address6 = "fd62:6b68::3"},
	[DB] = {.name = "db",
		.where = {"shop.yaml", 12, 3},
		.linked = true,
		.link = 3,
		.life = {.ready = {.kind = PLAN_PROBE_PORT, .port = 5432},
			.healthy = {.kind = PLAN_PROBE_HTTP, .port = 9187, .path = "/up"}},
		.address4 = "198.18.4.4",
		.address6 = "fd62:6b68::4"},
	[WORKER] = {.name = "worker", .where = {"shop.yaml", 15, 3}},
};

static struct plan_edge edges[] = {
	{.from = "web", .to = "api", .transport = PLAN_TCP, .port = 3000},
	{.from = "api", .to = "db", .transport = PLAN_TCP, .port = 5432},
	{.from = "web", .to = "db", .transport = PLAN_UDP, .port = 53},
};

static struct plan_publish publishes[] = {
	{.service = "web", .port = 443, .host_port = 443, .address = "0.0.0.0"},
	{.service = "web", .port = 443, .host_port = 443, .address = "::"},
	{.service = "web", .port = 80, .host_port = 8080, .address = "127.0.0.1"},
};

const struct plan network_plan = {.stack = "shop",
	.network = {.prefix4 = "198.18.4.0/24",
		.prefix6 = "fd62:6b68::/64",
		.router4 = "198.18.4.1",
		.router6 = "fd62:6b68::1",
		.router_id = 1900000000,
		.gateway_id = 1900000001,
		.where = {"shop.yaml", 1, 1}},
	.services = services,
	.service_count = sizeof(services) / sizeof(services[0]),
	.edges = edges,
	.edge_count = sizeof(edges) / sizeof(edges[0]),
	.publishes = publishes,
	.publish_count = sizeof(publishes) / sizeof(publishes[0])};

struct enforce_network_router router = {-1, -1};
int networks[SERVICES] = {-1, -1, -1, -1};

int network_stack_build_of(const struct plan *plan)
{
	struct fault why = {0};

	if (enforce_network_router(plan, &router, &why))
		return fprintf(stderr, "router: %s\n", why.text);
	for (int i = 0; i < SERVICES; i++)
		if (enforce_network_service(
			    plan, &plan->services[i], router.network, &networks[i], &why))
			return fprintf(stderr, "service %d: %s\n", i, why.text);
	return 0;
}

int network_stack_build(void **state)
{
	(void)state;
	return network_stack_build_of(&network_plan);
}

int network_stack_take_down(void **state)
{
	(void)state;
	for (int i = 0; i < SERVICES; i++)
		close(networks[i]);
	close(router.network);
	close(router.user);
	return 0;
}

int network_stack_load(int network, const char *text)
{
	struct fault why = {0};
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);

	return home < 0 ? home : enforce_nft_load(text, "change", (struct where){0}, &why);
}

const char *network_stack_address(int service, bool wide)
{
	return wide ? services[service].address6 : services[service].address4;
}
