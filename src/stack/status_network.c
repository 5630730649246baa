/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status_network.h"

#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/connects.h"
#include "enforce/network.h"
#include "enforce/network_door.h"
#include "host/host.h"
#include "plan/plan.h"
#include "stack/state.h"
#include "stack/status_own.h"

enum { LINK_LOOKS = 4, LINK_PAUSE = 50000000 };

static void add_row(struct stack_status_look *look, const char *subject, int answer,
	const struct fault *why, const char *good, struct where where)
{
	char sentence[FAULT_SENTENCE];
	const struct stack_status_row row = {subject, catalog_layer_names[LAYER_NETWORK],
		answer == 0  ? ENFORCE_ENFORCED
		: answer > 0 ? ENFORCE_WEAKER
			     : ENFORCE_UNKNOWN,
		false,
		answer == 0
			? good
			: arena_text(look->arena, fault_sentence(why, sentence, sizeof(sentence))),
		answer && why->where.file ? why->where : where};

	stack_status_add(look, &row);
}

/* Its rules are as planned, and let through what they would refuse. */
static bool add_audited(struct stack_status_look *look, const struct plan_service *service,
	int network, struct fault *why)
{
	const struct plan_audit *audit = plan_audit(service, LAYER_NETWORK);
	const char *text = audit ? enforce_network_recorded(
					   look->state->plan, service, network, look->arena, why)
				 : NULL;

	if (!text)
		return false;
	stack_status_add(
		look, &(struct stack_status_row){service->name, catalog_layer_names[LAYER_NETWORK],
			      ENFORCE_WEAKER, false, text, audit->where, true});
	return true;
}

void stack_status_add_network(struct stack_status_look *look, const struct plan *plan,
	const struct plan_service *service, const struct stack_member *member)
{
	scoped(fd) int network = stack_member_network(member);
	struct fault why = {.text = "its network namespace cannot be opened"};
	int answer =
		network < 0 ? -1 : enforce_network_verify_service(plan, service, network, &why);

	if (answer == 0 && add_audited(look, service, network, &why))
		return;
	add_row(look, service->name, answer, &why,
		service->linked ? "its table, link and routes are as planned" : "loopback alone",
		service->where);
}

/* Services come and go, jobs by themselves, and their links with them: only what lasts is amiss. */
static int verify_router(const struct stack_state *state, struct fault *why)
{
	const struct timespec pause = {.tv_nsec = LINK_PAUSE};
	scoped(fd) int router = stack_state_router(state);
	int answer = router < 0 ? -1 : 1;

	for (int i = 0; answer > 0 && i < LINK_LOOKS; i++) {
		if (i)
			nanosleep(&pause, NULL);
		answer = enforce_network_verify_router(state->plan, router, why);
	}
	return answer;
}

void stack_status_add_router(struct stack_status_look *look)
{
	struct fault why = {.text = "nobody holds the router's namespace"};
	int answer = verify_router(look->state, &why);

	add_row(look, "router", answer, &why, "its table is as planned", look->state->plan->where);
}

/* What the host did when the stack came up it may do no more. */
static bool forwarded(const struct plan *plan, struct arena *arena, struct fault *why)
{
	const uint64_t wanted = plan_forwarded(plan);
	const struct host *host = wanted ? host_probe(arena, wanted) : NULL;

	for (size_t i = 0; host && i < host->feature_count; i++)
		if (wanted & HOST_FEATURE_BIT(i) && host->features[i].state == HOST_NO) {
			fault(why, 0, plan->network.door_where, "%s: %s", host_features[i].name,
				host->features[i].detail);
			return false;
		}
	return true;
}

void stack_status_add_door(struct stack_status_look *look)
{
	const struct plan *plan = look->state->plan;
	struct fault why = {0};
	int answer = enforce_network_door_verify(plan, &why);

	if (answer == 0 && !forwarded(plan, look->arena, &why))
		answer = 1;
	add_row(look, "gateway", answer, &why, "the host's table and link lead to it",
		plan->network.door_where);
}

/* Its doors of datagrams are sockets of the host's network. */
void stack_status_add_answers(struct stack_status_look *look)
{
	const struct plan *plan = look->state->plan;
	const struct stack_member *gateway = &look->state->gateway;
	struct fault why = {.text = "its cgroup does not run the planned programs"};
	const struct where *where = NULL;

	for (size_t i = 0; !where && i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_UDP)
			where = &plan->publishes[i].where;
	if (!where || !stack_member_alive(gateway))
		return;
	add_row(look, "gateway", enforce_answers_held(plan, gateway->pid) ? 0 : 1, &why,
		"its cgroup lets it send datagrams to those alone who have asked", *where);
}

/* It is in the host's network: what it may reach there is held by its cgroup. */
void stack_status_add_outlet(struct stack_status_look *look)
{
	const struct plan *plan = look->state->plan;
	const struct stack_member *outlet = &look->state->outlet;
	struct fault why = {.text = "its cgroup does not run the planned programs"};

	stack_status_add_own(look, "outlet", outlet,
		&(struct stack_status_own){plan->network.outlet_id, 0,
			.spaces = STATUS_USER | STATUS_MOUNT | STATUS_PID});
	if (!stack_member_alive(outlet))
		return;
	bool held = enforce_connects_held(plan, outlet->pid);
	add_row(look, "outlet", held ? 0 : 1, &why,
		"its cgroup lets it connect to the declared addresses and ports alone",
		plan->host_edge_count ? plan->host_edges[0].where
		: plan->outside_count ? plan->outsides[0].where
				      : plan->where);
}

/* It is in the host's network as well, where it may reach its servers alone. */
void stack_status_add_resolver(struct stack_status_look *look)
{
	const struct plan *plan = look->state->plan;
	const struct stack_member *resolver = &look->state->resolver;
	struct fault why = {.text = "its cgroup does not run the planned programs"};

	stack_status_add_own(look, "resolver", resolver,
		&(struct stack_status_own){plan->network.resolver_id, 0,
			.spaces = STATUS_USER | STATUS_MOUNT | STATUS_PID});
	if (!stack_member_alive(resolver) || plan->upstream_count == 0)
		return;
	add_row(look, "resolver", enforce_upstream_held(plan, resolver->pid) ? 0 : 1, &why,
		"its cgroup lets it ask its name servers alone", plan->upstreams[0].where);
}
