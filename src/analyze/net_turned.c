/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whom the gateway and the outlet have turned away, each by a line that says so. */

#include <inttypes.h>

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/text.h"

/* What all of them have. */
static struct analyze_net_denial denial_of(
	const struct net_making *making, const struct plan_traffic_item *item)
{
	return (struct analyze_net_denial){.from = ANALYZE_NET_OUTSIDE,
		.to = item->service,
		.address = item->address,
		.act = "connect",
		.port = analyze_net_port(making->arena, item->port, item->transport),
		.layer = plan_traffic_layer_names[item->layer],
		.count = item->packets,
		.ago = analyze_net_seconds(item)};
}

static void add_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct analyze_net_line *line)
{
	*(struct analyze_net_line *)arena_append(
		making->arena, &denial->lines, &denial->line_count, sizeof(*line)) = *line;
}

/* The ranges of one line stand together: after the last of them there is room. */
static void add_source(struct net_making *making, const struct plan_traffic_item *item,
	const struct plan_publish *publish, const struct plan_service *service)
{
	struct analyze_net_denial denial = denial_of(making, item);

	denial.reason = "not in `from`";
	denial.where = publish->where;
	if (publish->source_count)
		denial.where = publish->sources[publish->source_count - 1].where;
	struct analyze_net_denial *added = analyze_net_add_denial(making, &denial);
	if (added)
		add_line(making, added,
			&(struct analyze_net_line){.service = service->base,
				.key = "from",
				.item = item->address,
				.exists = true,
				.where = denial.where});
}

static void add_count(struct net_making *making, const struct plan_traffic_item *item,
	const struct plan_publish *publish, const struct plan_service *service)
{
	struct analyze_net_denial denial = denial_of(making, item);

	denial.reason = "over connections-per-source";
	denial.where = publish->per_source_where;
	struct analyze_net_denial *added = analyze_net_add_denial(making, &denial);
	if (added)
		add_line(making, added,
			&(struct analyze_net_line){.service = service->base,
				.key = "connections-per-source",
				.exists = true,
				.where = denial.where});
}

/* What it said is no address, so what would allow it is a line by that name. */
static void add_hello(struct net_making *making, const struct plan_traffic_item *item,
	const struct plan_service *service)
{
	struct analyze_net_denial denial = denial_of(making, item);
	const struct net_tried tried = {
		.from = service, .address = item->address, .port = item->port};
	const struct plan_outside *leads = analyze_net_leads(making, &tried);

	denial.from = service->name;
	denial.to = ANALYZE_NET_OUTSIDE;
	denial.name = item->name;
	denial.reason = item->name ? "not declared" : "its hello by TLS says no name";
	if (leads)
		denial.where = leads->where;
	struct analyze_net_denial *added = analyze_net_add_denial(making, &denial);
	if (added && item->name)
		analyze_net_connects_line(making, added, service,
			arena_printf(making->arena,
				"{to: \"%s:%" PRIu32 "\", tls: true, why: WHAT FOR}", item->name,
				item->port));
}

void analyze_net_turned(struct net_making *making, const struct plan_traffic_item *item)
{
	const struct plan *plan = making->plan;
	const struct plan_service *service = plan_service(plan, item->service);
	const struct plan_publish *publish =
		item->publish ? &plan->publishes[item->publish - 1] : NULL;

	if (!service || !analyze_net_about(making, service->name))
		return;
	if (item->kind == PLAN_TRAFFIC_REFUSED_HELLO)
		add_hello(making, item, service);
	else if (publish && item->kind == PLAN_TRAFFIC_REFUSED_SOURCE)
		add_source(making, item, publish, service);
	else if (publish)
		add_count(making, item, publish, service);
}
