/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drill_others.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/state.h"

enum { MOST = 256 };

struct others {
	struct arena *arena;
	const struct plan *plan;
	struct drill_other *rows;
	size_t count;
};

static void add(struct others *others, const struct drill_other *other)
{
	if (others->count >= MOST || (!other->addresses[0] && !other->addresses[1])) {
		if (other->network >= 0)
			close(other->network);
		return;
	}
	struct drill_other *next =
		arena_append(others->arena, &others->rows, &others->count, sizeof(*next));
	*next = *other;
	next->stack = others->plan->stack;
}

static void add_service(struct others *others, const struct plan_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport != PLAN_UNIX)
			add(others, &(struct drill_other){.name = service->name,
					    .addresses = {service->address4, service->address6},
					    .port = listen->first,
					    .network = -1,
					    .datagrams = listen->transport == PLAN_UDP});
	}
}

static void add_stack(struct others *others, const struct stack_state *state)
{
	const struct plan_network *network = &others->plan->network;

	add(others, &(struct drill_other){.name = "router",
			    .addresses = {network->router4, network->router6},
			    .network = stack_state_router(state)});
	for (size_t i = 0; i < others->plan->service_count; i++)
		add_service(others, &others->plan->services[i]);
}

const struct drill_other *cli_drill_others(const char *stack, struct arena *arena, size_t *count)
{
	struct others others = {.arena = arena};
	size_t name_count;
	const char **names = stack_names(arena, &name_count);

	for (size_t i = 0; i < name_count; i++) {
		struct stack_state *state = NULL;

		if (text_equal(names[i], stack) ||
			stack_state_read(names[i], arena, &state, NULL) < 0)
			continue;
		others.plan = state->plan;
		add_stack(&others, state);
	}
	*count = others.count;
	return others.rows;
}

void cli_drill_others_close(const struct drill_other *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (others[i].network >= 0)
			close(others[i].network);
}
