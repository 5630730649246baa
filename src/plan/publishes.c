/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "plan/planner.h"

/* A range within another one says nothing. */
static bool is_within_another(const struct policy_texts *from, size_t index)
{
	struct prefix range, other;

	prefix_parse(from->items[index].text, strlen(from->items[index].text), &range);
	for (size_t i = 0; i < from->count; i++) {
		prefix_parse(from->items[i].text, strlen(from->items[i].text), &other);
		if (i != index && prefix_covers(&other, &range) &&
			(other.bits < range.bits || i < index))
			return true;
	}
	return false;
}

static void add_sources(
	struct planner *planner, const struct policy_publish *given, struct plan_publish *publish)
{
	for (size_t i = 0; i < given->from.count; i++) {
		const struct policy_text *source = &given->from.items[i];

		if (!is_within_another(&given->from, i))
			*(struct plan_source *)arena_append(planner->arena, &publish->sources,
				&publish->source_count, sizeof(*publish->sources)) =
				(struct plan_source){source->text, source->where};
	}
}

/* The gateway's socket is one of the host's network: the kernel must hold whom it answers. */
static void need_answers(struct planner *planner, struct where where)
{
	const struct plan *plan = planner->plan;
	size_t count = 0;

	for (size_t i = 0; i < plan->publish_count; i++)
		count += plan->publishes[i].transport == PLAN_UDP;
	if (count == 1)
		plan_gap(planner, NULL, LAYER_NETWORK, HOST_CGROUP_PORTS, true, where,
			"nothing would hold the gateway to those who ask by datagrams");
}

void plan_publishes(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan *plan = planner->plan;

	/* In audit mode it also tries those to whom it has no route. */
	service->default_route = from->publish_count > 0 || plan_audit(service, LAYER_NETWORK);
	for (size_t i = 0; i < from->publish_count; i++) {
		const struct policy_publish *given = &from->publishes[i];
		struct plan_publish *publish = arena_append(
			planner->arena, &plan->publishes, &plan->publish_count, sizeof(*publish));

		*publish = (struct plan_publish){
			.service = service->name,
			.transport = (enum plan_transport)given->transport,
			.port = given->port,
			.host_port = given->host_port,
			.address = given->address,
			.per_source = (uint32_t)given->per_source.value,
			.where = given->where,
			.per_source_where = given->per_source.where,
		};
		add_sources(planner, given, publish);
		if (publish->transport == PLAN_UDP)
			need_answers(planner, given->where);
	}
}
