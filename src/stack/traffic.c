/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/traffic.h"

#include <fcntl.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_seen.h"
#include "gateway/resolver_refusals.h"
#include "plan/traffic.h"
#include "stack/named.h"
#include "stack/refused.h"
#include "stack/state.h"
#include "stack/turned_away.h"

static int see_service(const struct stack_state *state, const struct plan_service *service,
	struct plan_traffic *traffic, struct fault *why)
{
	const struct stack_member *member = stack_state_service(state, service->name);
	const size_t count = traffic->count;
	struct fault refused = {0};
	int error = 0;

	if (!member || !stack_member_alive(member))
		return 0;
	scoped(fd) int network = service->linked ? stack_member_network(member) : -1;
	if (service->linked)
		error = network < 0 ? fault(&refused, network, service->where,
					      "cannot open the network of '%s'", service->name)
				    : enforce_network_seen(
					      state->plan, service, network, traffic, &refused);
	if (error == 0)
		error = enforce_labels_seen(state->plan, service, traffic, &refused);
	/* One that ended meanwhile has taken with it what it had. */
	if (error && !stack_member_alive(member)) {
		traffic->count = count;
		return 0;
	}
	if (error && why)
		*why = refused;
	return error;
}

/* Names that the resolver has refused: of as many services as ask for names. */
static void see_names(int folder, const struct plan *plan, struct plan_traffic *traffic)
{
	const int64_t now = clock_milliseconds();
	size_t count = 0, index = 0;
	scoped(memory) void *room = stack_refused_read(folder, plan, &count);
	const struct gateway_refusals *all = room;

	for (size_t i = 0; i < plan->service_count && index < count; i++) {
		if (!plan_asks_names(plan, &plan->services[i]))
			continue;
		for (size_t j = 0; j < REFUSALS; j++) {
			const struct gateway_refusal *refusal = &all[index].names[j];
			char text[DNS_NAME_TEXT];

			if (!refusal->count)
				continue;
			gateway_dns_name_text(&refusal->name, text);
			*(struct plan_traffic_item *)arena_append(traffic->arena, &traffic->items,
				&traffic->count, sizeof(*traffic->items)) =
				(struct plan_traffic_item){.kind = PLAN_TRAFFIC_REFUSED_NAME,
					.layer = PLAN_TRAFFIC_RESOLVER,
					.service = plan->services[i].name,
					.address = arena_text(traffic->arena, text),
					.packets = refusal->count,
					.ago = refusal->last < 0 || refusal->last > now
						       ? 0
						       : (now - refusal->last) / 1000};
		}
		index++;
	}
}

const struct plan_traffic *stack_traffic(
	const struct stack_state *state, struct arena *arena, struct fault *why)
{
	struct plan_traffic *traffic = arena_alloc(arena, sizeof(*traffic));
	scoped(fd) int router = state->router ? stack_state_router(state) : -1;
	scoped(fd) int folder = open(state->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	traffic->arena = arena;
	for (size_t i = 0; error == 0 && i < state->plan->service_count; i++)
		error = see_service(state, &state->plan->services[i], traffic, why);
	/* Nobody holds it when nothing runs. */
	if (error == 0 && router >= 0)
		error = enforce_network_seen_router(state->plan, router, traffic, why);
	if (error == 0)
		error = enforce_network_seen_host(state->plan, traffic, why);
	if (error == 0 && folder >= 0 && state->plan->network.resolver_id)
		see_names(folder, state->plan, traffic);
	if (error == 0 && folder >= 0) {
		stack_named_see(folder, state->plan, traffic);
		stack_turned_away_see(folder, state->plan, traffic);
	}
	return error ? NULL : traffic;
}
