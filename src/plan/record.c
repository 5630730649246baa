/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/prefix.h"
#include "base/record.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/record.h"

static const struct record_field edge_fields[] = {
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, from),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, to),
	RECORD_ITEM_ENUM(struct plan_edge, transport, plan_transport_names),
	RECORD_ITEM(struct plan_edge, RECORD_U32, port),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, path),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, folder),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, at),
	RECORD_ITEM(struct plan_edge, RECORD_U32, at_port),
	RECORD_ITEM(struct plan_edge, RECORD_U32, budget),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, why),
	RECORD_ITEM(struct plan_edge, RECORD_TEXT, owner),
	RECORD_ITEM(struct plan_edge, RECORD_WHERE, where),
	RECORD_ITEM(struct plan_edge, RECORD_WHERE, listen),
};
static const struct record_type edge_type = RECORD_TYPE(struct plan_edge, edge_fields);

static const struct record_field host_edge_fields[] = {
	RECORD_ITEM(struct plan_host_edge, RECORD_TEXT, from),
	RECORD_ITEM_ENUM(struct plan_host_edge, transport, plan_transport_names),
	RECORD_ITEM(struct plan_host_edge, RECORD_U32, port),
	RECORD_ITEM(struct plan_host_edge, RECORD_TEXT, at),
	RECORD_ITEM(struct plan_host_edge, RECORD_U32, at_port),
	RECORD_ITEM(struct plan_host_edge, RECORD_U32, budget),
	RECORD_ITEM(struct plan_host_edge, RECORD_TEXT, why),
	RECORD_ITEM(struct plan_host_edge, RECORD_TEXT, owner),
	RECORD_ITEM(struct plan_host_edge, RECORD_WHERE, where),
};
static const struct record_type host_edge_type =
	RECORD_TYPE(struct plan_host_edge, host_edge_fields);

static const struct record_field outside_fields[] = {
	RECORD_ITEM(struct plan_outside, RECORD_TEXT, from),
	RECORD_ITEM_ENUM(struct plan_outside, transport, plan_transport_names),
	RECORD_ITEM(struct plan_outside, RECORD_TEXT, range),
	RECORD_ITEM(struct plan_outside, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_outside, RECORD_U32, first),
	RECORD_ITEM(struct plan_outside, RECORD_U32, last),
	RECORD_ITEM(struct plan_outside, RECORD_BOOL, tls),
	RECORD_ITEM(struct plan_outside, RECORD_U32, budget),
	RECORD_ITEM(struct plan_outside, RECORD_TEXT, why),
	RECORD_ITEM(struct plan_outside, RECORD_TEXT, owner),
	RECORD_ITEM(struct plan_outside, RECORD_WHERE, where),
};
static const struct record_type outside_type = RECORD_TYPE(struct plan_outside, outside_fields);

static const struct record_field upstream_fields[] = {
	RECORD_ITEM(struct plan_upstream, RECORD_TEXT, address),
	RECORD_ITEM(struct plan_upstream, RECORD_WHERE, where),
};
static const struct record_type upstream_type = RECORD_TYPE(struct plan_upstream, upstream_fields);

static const struct record_field budget_fields[] = {
	RECORD_ITEM(struct plan_budget, RECORD_TEXT, from),
	RECORD_ITEM(struct plan_budget, RECORD_U32, number),
	RECORD_ITEM(struct plan_budget, RECORD_U32, new_connections),
	RECORD_ITEM(struct plan_budget, RECORD_U32, new_seconds),
	RECORD_ITEM(struct plan_budget, RECORD_U32, connections),
	RECORD_ITEM(struct plan_budget, RECORD_U64, bytes),
	RECORD_ITEM(struct plan_budget, RECORD_U32, byte_seconds),
	RECORD_ITEM(struct plan_budget, RECORD_U64, bandwidth),
	RECORD_ITEM(struct plan_budget, RECORD_BOOL, drop),
	RECORD_ITEM(struct plan_budget, RECORD_BOOL, alert),
	RECORD_ITEM(struct plan_budget, RECORD_TEXT, until),
	RECORD_ITEM(struct plan_budget, RECORD_U64, end),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, where),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, new_where),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, connections_where),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, bytes_where),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, bandwidth_where),
	RECORD_ITEM(struct plan_budget, RECORD_WHERE, until_where),
};
static const struct record_type budget_type = RECORD_TYPE(struct plan_budget, budget_fields);

static const struct record_field source_fields[] = {
	RECORD_ITEM(struct plan_source, RECORD_TEXT, range),
	RECORD_ITEM(struct plan_source, RECORD_WHERE, where),
};
static const struct record_type source_type = RECORD_TYPE(struct plan_source, source_fields);

static const struct record_field publish_fields[] = {
	RECORD_ITEM(struct plan_publish, RECORD_TEXT, service),
	RECORD_ITEM_ENUM(struct plan_publish, transport, plan_transport_names),
	RECORD_ITEM(struct plan_publish, RECORD_U32, port),
	RECORD_ITEM(struct plan_publish, RECORD_U32, host_port),
	RECORD_ITEM(struct plan_publish, RECORD_TEXT, address),
	RECORD_ITEM_LIST(struct plan_publish, sources, source_count, &source_type),
	RECORD_ITEM(struct plan_publish, RECORD_U32, per_source),
	RECORD_ITEM(struct plan_publish, RECORD_WHERE, where),
	RECORD_ITEM(struct plan_publish, RECORD_WHERE, per_source_where),
};
static const struct record_type publish_type = RECORD_TYPE(struct plan_publish, publish_fields);

static const struct record_field socket_folder_fields[] = {
	RECORD_ITEM(struct plan_socket_folder, RECORD_TEXT, name),
	RECORD_ITEM(struct plan_socket_folder, RECORD_TEXT, service),
	RECORD_ITEM(struct plan_socket_folder, RECORD_TEXT, folder),
	RECORD_ITEM(struct plan_socket_folder, RECORD_U32, uid),
	RECORD_ITEM(struct plan_socket_folder, RECORD_U32, gid),
	RECORD_ITEM(struct plan_socket_folder, RECORD_WHERE, where),
};
static const struct record_type socket_folder_type =
	RECORD_TYPE(struct plan_socket_folder, socket_folder_fields);

static const struct record_field network_fields[] = {
	RECORD_ITEM(struct plan_network, RECORD_TEXT, prefix4),
	RECORD_ITEM(struct plan_network, RECORD_TEXT, prefix6),
	RECORD_ITEM(struct plan_network, RECORD_TEXT, router4),
	RECORD_ITEM(struct plan_network, RECORD_TEXT, router6),
	RECORD_ITEM(struct plan_network, RECORD_TEXT, host_link),
	RECORD_ITEM(struct plan_network, RECORD_TEXT, host4),
	RECORD_ITEM(struct plan_network, RECORD_U32, router_id),
	RECORD_ITEM(struct plan_network, RECORD_U32, gateway_id),
	RECORD_ITEM(struct plan_network, RECORD_U32, outlet_id),
	RECORD_ITEM(struct plan_network, RECORD_U32, resolver_id),
	RECORD_ITEM(struct plan_network, RECORD_U32, supervisor_id),
	RECORD_ITEM(struct plan_network, RECORD_WHERE, where),
	RECORD_ITEM(struct plan_network, RECORD_WHERE, prefix4_where),
	RECORD_ITEM(struct plan_network, RECORD_WHERE, prefix6_where),
	RECORD_ITEM(struct plan_network, RECORD_WHERE, door_where),
};
static const struct record_type network_type = RECORD_TYPE(struct plan_network, network_fields);

static const struct record_field gap_fields[] = {
	RECORD_ITEM(struct plan_gap, RECORD_TEXT, service),
	RECORD_ITEM_ENUM(struct plan_gap, layer, catalog_layer_names),
	RECORD_ITEM(struct plan_gap, RECORD_TEXT, feature),
	RECORD_ITEM(struct plan_gap, RECORD_BOOL, required),
	RECORD_ITEM(struct plan_gap, RECORD_BOOL, not_tried),
	RECORD_ITEM(struct plan_gap, RECORD_BOOL, accepted),
	RECORD_ITEM(struct plan_gap, RECORD_TEXT, text),
	RECORD_ITEM(struct plan_gap, RECORD_TEXT, get),
	RECORD_ITEM(struct plan_gap, RECORD_WHERE, where),
};
static const struct record_type gap_type = RECORD_TYPE(struct plan_gap, gap_fields);

static const struct record_field plan_fields[] = {
	RECORD_ITEM(struct plan, RECORD_U32, version),
	RECORD_ITEM(struct plan, RECORD_TEXT, stack),
	RECORD_ITEM(struct plan, RECORD_WHERE, where),
	RECORD_ITEM(struct plan, RECORD_TEXT, arch),
	RECORD_ITEM_STRUCT(struct plan, network, &network_type),
	RECORD_ITEM_LIST(struct plan, services, service_count, &plan_service_record),
	RECORD_ITEM_LIST(struct plan, edges, edge_count, &edge_type),
	RECORD_ITEM_LIST(struct plan, host_edges, host_edge_count, &host_edge_type),
	RECORD_ITEM_LIST(struct plan, outsides, outside_count, &outside_type),
	RECORD_ITEM_LIST(struct plan, upstreams, upstream_count, &upstream_type),
	RECORD_ITEM_LIST(struct plan, budgets, budget_count, &budget_type),
	RECORD_ITEM_LIST(struct plan, publishes, publish_count, &publish_type),
	RECORD_ITEM_LIST(struct plan, socket_folders, socket_folder_count, &socket_folder_type),
	RECORD_ITEM_LIST(struct plan, gaps, gap_count, &gap_type),
};
const struct record_type plan_record = RECORD_TYPE(struct plan, plan_fields);

bool plan_same_publish(const struct plan_publish *left, const struct plan_publish *right)
{
	return record_same(&publish_type, left, right);
}

bool plan_same(const struct plan *left, const struct plan *right)
{
	return record_same(&plan_record, left, right);
}

char *plan_write(const struct plan *plan)
{
	return record_write(&plan_record, plan);
}

char *plan_write_brief(const struct plan *plan)
{
	return record_write_brief(&plan_record, plan);
}

static bool is_outside(const struct plan_outside *outside)
{
	struct prefix range;

	return outside->from && outside->transport != PLAN_UNIX && outside->first > 0 &&
	       outside->first <= outside->last && outside->last <= UINT16_MAX &&
	       !outside->range != !outside->name &&
	       (!outside->range || prefix_parse(outside->range, strlen(outside->range), &range));
}

/* Edges name a budget that there is, and no budget is by a period of nothing; ranges are given. */
static int check_budgets(const struct plan *plan, struct where where, struct fault *why)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if (plan->edges[i].budget > plan->budget_count)
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"edges[%zu] has a budget that is not there", i);
	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].budget > plan->budget_count)
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"host_edges[%zu] has a budget that is not there", i);
	for (size_t i = 0; i < plan->outside_count; i++)
		if (plan->outsides[i].budget > plan->budget_count ||
			!is_outside(&plan->outsides[i]))
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"outsides[%zu] has no service, range, name or budget", i);
	for (size_t i = 0; i < plan->upstream_count; i++)
		if (!plan->upstreams[i].address)
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"upstreams[%zu] has no address", i);
	for (size_t i = 0; i < plan->budget_count; i++)
		if (!plan->budgets[i].from || plan->budgets[i].number > PLAN_MOST_BUDGETS ||
			(plan->budgets[i].bytes && !plan->budgets[i].byte_seconds))
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"budgets[%zu] has no service, number or period", i);
	for (size_t i = 0; i < plan->publish_count; i++)
		for (size_t j = 0; j < plan->publishes[i].source_count; j++)
			if (!plan->publishes[i].sources[j].range)
				return fault_of(why, FAULT_USAGE, -EINVAL, where,
					"publishes[%zu].sources[%zu] has no range", i, j);
	return 0;
}

int plan_check_read(const struct plan *plan, const char *name, struct fault *why)
{
	const struct where where = {name, 0, 0};

	if (plan->version != PLAN_VERSION)
		return fault_of(why, FAULT_USAGE, -EPROTO, where,
			"this is a plan of version %u; this program reads version %d",
			plan->version, PLAN_VERSION);
	if (!plan->stack || !plan->arch)
		return fault_of(why, FAULT_USAGE, -EINVAL, where, "the plan names no stack");
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (!service->name || !service->base || !service->program || !service->workdir)
			return fault_of(why, FAULT_USAGE, -EINVAL, where,
				"services[%zu] has no name, base, program or workdir", i);
		for (size_t j = 0; j < service->node_count; j++)
			if (!service->nodes[j].target || service->nodes[j].target[0] != '/')
				return fault_of(why, FAULT_USAGE, -EINVAL, where,
					"services[%zu].nodes[%zu] has no target", i, j);
	}
	return check_budgets(plan, where, why);
}

int plan_read(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why)
{
	*plan = arena_alloc(arena, sizeof(**plan));
	int error = record_read(&plan_record, arena, name, json, length, *plan, why);

	return error < 0 ? error : plan_check_read(*plan, name, why);
}
