/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/net.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"

static const struct record_field edge_fields[] = {
	RECORD_ITEM(struct analyze_net_edge, RECORD_TEXT, from),
	RECORD_ITEM(struct analyze_net_edge, RECORD_TEXT, to),
	RECORD_ITEM(struct analyze_net_edge, RECORD_TEXT, port),
	RECORD_ITEM(struct analyze_net_edge, RECORD_TEXT, doors),
	RECORD_ITEM(struct analyze_net_edge, RECORD_BOOL, counted),
	RECORD_ITEM(struct analyze_net_edge, RECORD_BOOL, measured),
	RECORD_ITEM(struct analyze_net_edge, RECORD_U64, connections),
	RECORD_ITEM(struct analyze_net_edge, RECORD_U64, sent),
	RECORD_ITEM(struct analyze_net_edge, RECORD_U64, received),
	RECORD_ITEM(struct analyze_net_edge, RECORD_U64, over),
	RECORD_ITEM(struct analyze_net_edge, RECORD_TEXT, why),
	RECORD_ITEM(struct analyze_net_edge, RECORD_WHERE, where),
};
static const struct record_type edge_type = RECORD_TYPE(struct analyze_net_edge, edge_fields);
static const struct record_field line_fields[] = {
	RECORD_ITEM(struct analyze_net_line, RECORD_TEXT, service),
	RECORD_ITEM(struct analyze_net_line, RECORD_TEXT, key),
	RECORD_ITEM(struct analyze_net_line, RECORD_TEXT, item),
	RECORD_ITEM(struct analyze_net_line, RECORD_BOOL, exists),
	RECORD_ITEM(struct analyze_net_line, RECORD_WHERE, where),
};
static const struct record_type line_type = RECORD_TYPE(struct analyze_net_line, line_fields);
static const struct record_field denial_fields[] = {
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, from),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, to),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, address),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, name),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, act),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, port),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, layer),
	RECORD_ITEM(struct analyze_net_denial, RECORD_U64, count),
	RECORD_ITEM(struct analyze_net_denial, RECORD_INT, ago),
	RECORD_ITEM(struct analyze_net_denial, RECORD_BOOL, passed),
	RECORD_ITEM(struct analyze_net_denial, RECORD_TEXT, reason),
	RECORD_ITEM(struct analyze_net_denial, RECORD_WHERE, where),
	RECORD_ITEM_LIST(struct analyze_net_denial, lines, line_count, &line_type),
};
static const struct record_type denial_type = RECORD_TYPE(struct analyze_net_denial, denial_fields);
static const struct record_field net_fields[] = {
	RECORD_ITEM(struct analyze_net, RECORD_TEXT, stack),
	RECORD_ITEM_ARRAY(struct analyze_net, RECORD_TEXTS, services, service_count),
	RECORD_ITEM_LIST(struct analyze_net, edges, edge_count, &edge_type),
	RECORD_ITEM_LIST(struct analyze_net, denials, denial_count, &denial_type),
};
const struct record_type analyze_net_record = RECORD_TYPE(struct analyze_net, net_fields);

const char *analyze_net_port(struct arena *arena, uint32_t port, enum plan_transport transport)
{
	return arena_printf(arena, "%" PRIu32 "%s", port, transport == PLAN_UDP ? "/udp" : "");
}

const struct plan_service *analyze_net_owner(const struct plan *plan, const char *address)
{
	for (size_t i = 0; address && i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (text_equal(service->address4, address) ||
			text_equal(service->address6, address))
			return service;
	}
	return NULL;
}

bool analyze_net_about(const struct net_making *making, const char *service)
{
	const struct plan_service *found = plan_service(making->plan, service);

	return !making->only || (found && plan_service_called(found, making->only));
}

struct analyze_net_edge *analyze_net_add_edge(
	struct net_making *making, const char *from, const char *to, struct where where)
{
	struct analyze_net *net = making->net;
	struct analyze_net_edge *edge =
		arena_append(making->arena, &net->edges, &net->edge_count, sizeof(*edge));

	*edge = (struct analyze_net_edge){.from = from, .to = to, .where = where};
	return edge;
}

void analyze_net_add_up(struct analyze_net_edge *edge, const struct plan_traffic_item *item)
{
	switch (item->kind) {
	case PLAN_TRAFFIC_BEGUN:
	case PLAN_TRAFFIC_DOOR_BEGUN:
	case PLAN_TRAFFIC_OUTSIDE_BEGUN:
		edge->counted = true;
		edge->connections += item->packets;
		break;
	case PLAN_TRAFFIC_SENT:
	case PLAN_TRAFFIC_DOOR_RECEIVED:
	case PLAN_TRAFFIC_OUTSIDE_SENT:
		edge->counted = edge->measured = true;
		edge->sent += item->bytes;
		break;
	case PLAN_TRAFFIC_RECEIVED:
	case PLAN_TRAFFIC_DOOR_SENT:
	case PLAN_TRAFFIC_OUTSIDE_RECEIVED:
		edge->received += item->bytes;
		break;
	default:
		break;
	}
}

/* What @from's table has counted towards who has one of @addresses, at @port. */
static void count_edge(struct net_making *making, struct analyze_net_edge *edge,
	const char *const addresses[2], uint32_t port, enum plan_transport transport)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; i < traffic->count; i++) {
		const struct plan_traffic_item *item = &traffic->items[i];

		if (item->kind <= PLAN_TRAFFIC_BEGUN && item->port == port &&
			item->transport == transport && text_equal(item->service, edge->from) &&
			(text_equal(item->address, addresses[0]) ||
				text_equal(item->address, addresses[1])))
			analyze_net_add_up(edge, item);
	}
}

/* What is over the budget of its line. */
void analyze_net_count_over(
	struct net_making *making, struct analyze_net_edge *edge, uint32_t budget)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; budget && i < traffic->count; i++)
		if (traffic->items[i].kind == PLAN_TRAFFIC_OVER &&
			traffic->items[i].budget == budget)
			edge->over += traffic->items[i].packets;
}

static void add_edges(struct net_making *making)
{
	const struct plan *plan = making->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *given = &plan->edges[i];
		const struct plan_service *peer = plan_service(plan, given->to);
		const char *const addresses[2] = {peer->address4, peer->address6};

		if (!analyze_net_about(making, given->from) &&
			!analyze_net_about(making, given->to))
			continue;
		struct analyze_net_edge *edge =
			analyze_net_add_edge(making, given->from, given->to, given->where);
		edge->why = given->why;
		edge->port =
			given->transport == PLAN_UNIX
				? arena_printf(making->arena, "unix:%s", given->path)
				: analyze_net_port(making->arena, given->port, given->transport);
		if (given->transport != PLAN_UNIX && peer->address4)
			count_edge(making, edge, addresses, given->port, given->transport);
		analyze_net_count_over(making, edge, given->budget);
	}
}

static void add_host_edges(struct net_making *making)
{
	const struct plan *plan = making->plan;
	const char *const addresses[2] = {plan->network.router4, plan->network.router6};

	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *given = &plan->host_edges[i];

		if (!analyze_net_about(making, given->from))
			continue;
		struct analyze_net_edge *edge =
			analyze_net_add_edge(making, given->from, ANALYZE_NET_HOST, given->where);
		edge->why = given->why;
		edge->port = analyze_net_port(making->arena, given->port, given->transport);
		count_edge(making, edge, addresses, given->port, given->transport);
		analyze_net_count_over(making, edge, given->budget);
	}
}

static void count_door(struct net_making *making, struct analyze_net_edge *edge,
	const struct plan_publish *publish)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; i < traffic->count; i++) {
		const struct plan_traffic_item *item = &traffic->items[i];

		if (item->kind == PLAN_TRAFFIC_REFUSED_COUNT &&
			item->transport == publish->transport && item->port == publish->port &&
			text_equal(item->service, edge->to))
			edge->over += item->packets;
		if (item->kind >= PLAN_TRAFFIC_DOOR_BEGUN && item->kind <= PLAN_TRAFFIC_DOOR_SENT &&
			item->transport == publish->transport && item->port == publish->port &&
			text_equal(item->service, edge->to))
			analyze_net_add_up(edge, item);
	}
}

/* All addresses of a published port are one edge: the service sees no difference. */
static void add_doors(struct net_making *making)
{
	const struct plan *plan = making->plan;

	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		const bool wide = strchr(publish->address, ':');
		const char *door = arena_printf(making->arena, "%s%s%s:%" PRIu32, wide ? "[" : "",
			publish->address, wide ? "]" : "", publish->host_port);
		const char *port =
			analyze_net_port(making->arena, publish->port, publish->transport);
		struct analyze_net_edge *edge = NULL;

		if (!analyze_net_about(making, publish->service))
			continue;
		for (size_t j = 0; j < making->net->edge_count; j++)
			if (making->net->edges[j].doors &&
				text_equal(making->net->edges[j].to, publish->service) &&
				text_equal(making->net->edges[j].port, port))
				edge = &making->net->edges[j];
		if (edge) {
			edge->doors = arena_printf(making->arena, "%s, %s", edge->doors, door);
			continue;
		}
		edge = analyze_net_add_edge(
			making, ANALYZE_NET_OUTSIDE, publish->service, publish->where);
		edge->port = port;
		edge->doors = door;
		count_door(making, edge, publish);
	}
}

/* Those it is about, and who is at the other end of an edge or of what was refused. */
static void add_services(struct net_making *making)
{
	struct analyze_net *net = making->net;

	for (size_t i = 0; i < making->plan->service_count; i++) {
		const char *name = making->plan->services[i].name;
		bool named = analyze_net_about(making, name);

		for (size_t j = 0; !named && j < net->edge_count; j++)
			named = text_equal(net->edges[j].from, name) ||
				text_equal(net->edges[j].to, name);
		for (size_t j = 0; !named && j < net->denial_count; j++)
			named = text_equal(net->denials[j].from, name) ||
				text_equal(net->denials[j].to, name);
		if (named)
			*(const char **)arena_append(making->arena, &net->services,
				&net->service_count, sizeof(name)) = name;
	}
}

struct analyze_net *analyze_net(const struct plan *plan, const struct plan_traffic *traffic,
	const char *only, struct arena *arena)
{
	struct net_making making = {.plan = plan,
		.traffic = traffic,
		.only = only,
		.arena = arena,
		.net = arena_alloc(arena, sizeof(struct analyze_net))};

	making.net->stack = plan->stack;
	add_doors(&making);
	add_edges(&making);
	add_host_edges(&making);
	analyze_net_outsides(&making);
	analyze_net_denials(&making);
	add_services(&making);
	return making.net;
}
