/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "many.h"

#include <sys/syscall.h>

#include "base/arena.h"
#include "plan/plan.h"

enum { FIRST_PORT = 20000, OTHERS_PORT = 1000, BYTE = 256 };

/* The line of a policy that would say so. */
static const struct where line = {"many.yaml", 1, 1};

/* What its cgroup asks of the calls. */
static struct plan_call calls[] = {{.name = "socket", .number = SYS_socket, .action = PLAN_ALLOW}};

uint32_t many_port(size_t number)
{
	return FIRST_PORT + (uint32_t)number;
}

/* Addresses follow the router's. */
static void fill_service(struct plan_service *service, size_t index, struct arena *arena)
{
	const unsigned number = (unsigned)index + 2;

	*service = (struct plan_service){.name = arena_printf(arena, "service-%zu", index),
		.where = line,
		.linked = true,
		.link = (uint32_t)index + 1,
		.ports_held = true,
		.calls = calls,
		.call_count = sizeof(calls) / sizeof(calls[0]),
		.address4 = arena_printf(arena, "198.18.%u.%u", number / BYTE, number % BYTE),
		.address6 = arena_printf(arena, "fd62:6b68::%x", number)};
}

static void fill_listens(struct plan_service *server, const struct many *many, struct arena *arena)
{
	struct plan_listen *listen =
		arena_append(arena, &server->listens, &server->listen_count, sizeof(*listen));

	*listen = (struct plan_listen){.transport = many->transport,
		.first = many_port(0),
		.last = many_port(many->own - 1),
		.where = line};
}

/* Each of the others connects to those behind it, round by round. */
static void fill_edges(struct plan *plan, const struct many *many)
{
	const size_t strange = many->edges - many->own, others = many->services - MANY_OTHERS;

	for (size_t i = 0; i < many->edges; i++) {
		struct plan_edge *edge = &plan->edges[i];
		const size_t from = i % others, round = i / others;
		const size_t to = (from + 1 + round % (others > 1 ? others - 1 : 1)) % others;

		*edge = (struct plan_edge){.where = line, .listen = line};
		if (i < strange) {
			edge->from = plan->services[MANY_OTHERS + from].name;
			edge->to = plan->services[MANY_OTHERS + to].name;
			edge->transport = PLAN_TCP;
			edge->port = OTHERS_PORT + (uint32_t)round;
		} else {
			edge->from = plan->services[MANY_CLIENT].name;
			edge->to = plan->services[MANY_SERVER].name;
			edge->transport = many->transport;
			edge->port = many_port(i - strange);
		}
	}
}

struct plan *many_plan(const struct many *many, struct arena *arena)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	*plan = (struct plan){.version = PLAN_VERSION,
		.stack = many->stack,
		.where = line,
		.network = {.prefix4 = "198.18.0.0/16",
			.prefix6 = "fd62:6b68::/64",
			.router4 = "198.18.0.1",
			.router6 = "fd62:6b68::1",
			.router_id = 1900000000,
			.gateway_id = 1900000001,
			.where = line},
		.services = arena_alloc(arena, many->services * sizeof(*plan->services)),
		.service_count = many->services,
		.edges = arena_alloc(arena, many->edges * sizeof(*plan->edges)),
		.edge_count = many->edges};
	for (size_t i = 0; i < many->services; i++)
		fill_service(&plan->services[i], i, arena);
	if (many->own)
		fill_listens(&plan->services[MANY_SERVER], many, arena);
	fill_edges(plan, many);
	return plan;
}
