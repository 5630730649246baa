/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/text.h"

static bool is_router(const struct plan *plan, const char *address)
{
	return text_equal(plan->network.router4, address) ||
	       text_equal(plan->network.router6, address);
}

/* Its own loopback: "0.0.0.0" means it as well. */
static bool is_loopback(const char *address)
{
	return address && (text_starts(address, "127.") || text_equal(address, "0.0.0.0") ||
				  text_equal(address, "::1") || text_equal(address, "::"));
}

static const char *name_of(
	const struct plan *plan, const struct plan_service *service, const char *address)
{
	return service                    ? service->name
	       : is_router(plan, address) ? ANALYZE_NET_HOST
					  : ANALYZE_NET_OUTSIDE;
}

/* The line of today's plan that declares it, if there is one. */
static const struct plan_edge *declared(const struct plan *plan, const struct net_tried *tried)
{
	for (size_t i = 0; tried->from && tried->to && i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport == tried->transport && edge->port == tried->port &&
			text_equal(edge->from, tried->from->name) &&
			text_equal(edge->to, tried->to->name))
			return edge;
	}
	return NULL;
}

/* What was seen already of the same, by another family or call. */
static struct analyze_net_denial *same(
	const struct analyze_net *net, const struct analyze_net_denial *denial)
{
	for (size_t i = 0; i < net->denial_count; i++) {
		struct analyze_net_denial *other = &net->denials[i];

		if (text_equal(other->from, denial->from) && text_equal(other->to, denial->to) &&
			text_equal(other->address, denial->address) &&
			text_equal(other->name, denial->name) &&
			text_equal(other->port, denial->port) &&
			text_equal(other->act, denial->act) &&
			text_equal(other->layer, denial->layer) &&
			text_equal(other->reason, denial->reason))
			return other;
	}
	return NULL;
}

struct analyze_net_denial *analyze_net_add_denial(
	struct net_making *making, const struct analyze_net_denial *denial)
{
	struct analyze_net_denial *other = same(making->net, denial);

	if (other) {
		other->count += denial->count;
		if (denial->ago >= 0 && (other->ago < 0 || denial->ago < other->ago))
			other->ago = denial->ago;
		return NULL;
	}
	other = arena_append(
		making->arena, &making->net->denials, &making->net->denial_count, sizeof(*other));
	*other = *denial;
	return other;
}

int analyze_net_seconds(const struct plan_traffic_item *item)
{
	return item->ago < 0 ? -1 : item->ago > INT_MAX ? INT_MAX : (int)item->ago;
}

static struct net_tried tried_of(const struct plan *plan, const struct plan_traffic_item *item)
{
	const struct plan_service *own = item->service ? plan_service(plan, item->service) : NULL;
	const struct plan_service *other = item->other != PLAN_TRAFFIC_BY_ADDRESS ? NULL
					   : is_loopback(item->address)
						   ? own
						   : analyze_net_owner(plan, item->address);
	const bool in = item->kind == PLAN_TRAFFIC_REFUSED_IN;

	return (struct net_tried){.from = in ? other : own,
		.to = in ? own : other,
		.address = item->address,
		.listens = item->kind == PLAN_TRAFFIC_REFUSED_BIND,
		.transport = item->transport,
		.port = item->port};
}

/* What the router's own processes ask is theirs, not the world's. */
static const char *who(const struct plan *plan, const struct net_tried *tried,
	const struct plan_traffic_item *item)
{
	if (item->other == PLAN_TRAFFIC_THE_HOST)
		return ANALYZE_NET_HOST;
	if (item->other == PLAN_TRAFFIC_THE_WORLD)
		return ANALYZE_NET_OUTSIDE;
	const bool own = item->kind == PLAN_TRAFFIC_REFUSED_IN
				 ? !tried->from && is_router(plan, tried->address)
				 : !tried->from;

	return own ? "router" : name_of(plan, tried->from, tried->address);
}

static bool is_allowed(const struct plan_outside *leads, const struct net_tried *tried)
{
	return leads && leads->first <= tried->port && tried->port <= leads->last;
}

/* There is a line to that address, for other ports or by now. */
static void tell_line(struct analyze_net_denial *denial, const struct net_tried *tried,
	const struct plan_outside *leads)
{
	denial->name = leads->name;
	denial->where = leads->where;
	denial->reason = !is_allowed(leads, tried) ? "port not declared"
			 : text_equal(denial->layer, plan_traffic_layer_names[PLAN_TRAFFIC_OUTLET])
				 ? "an address of this machine"
			 : leads->name ? "not asked for by its name then"
				       : "declared since";
}

/* What came from beyond the stack and was for none of its services was for this machine, or for an
 * address of the stack that nobody has. */
static const char *whom(const struct plan *plan, const struct net_tried *tried,
	const struct plan_traffic_item *item)
{
	if (tried->listens)
		return NULL;
	if (!tried->to && item->kind == PLAN_TRAFFIC_REFUSED_IN)
		return ANALYZE_NET_HOST;
	return name_of(plan, tried->to, item->address);
}

static void add_refused(struct net_making *making, const struct plan_traffic_item *item)
{
	const struct plan *plan = making->plan;
	const struct net_tried tried = tried_of(plan, item);
	const struct plan_service *own = item->service ? plan_service(plan, item->service) : NULL;
	const struct plan_edge *edge = declared(plan, &tried);
	const struct plan_outside *leads = analyze_net_leads(making, &tried);
	const struct plan_audit *audit = own ? plan_audit(own, LAYER_NETWORK) : NULL;
	struct analyze_net_denial denial = {.from = who(plan, &tried, item),
		.to = whom(plan, &tried, item),
		.act = tried.listens                 ? "listen"
		       : tried.transport == PLAN_UDP ? "send"
						     : "connect",
		.port = analyze_net_port(making->arena, item->port, item->transport),
		.layer = plan_traffic_layer_names[item->layer],
		.count = item->packets,
		.ago = analyze_net_seconds(item),
		.passed = audit && item->layer == PLAN_TRAFFIC_TABLE,
		.reason = edge ? "declared since" : "not declared"};

	/* Of those inside the names say all. */
	if (text_equal(denial.from, ANALYZE_NET_OUTSIDE) ||
		text_equal(denial.to, ANALYZE_NET_OUTSIDE) || is_loopback(item->address))
		denial.address = item->address;
	if (!analyze_net_about(making, denial.from) &&
		(!denial.to || !analyze_net_about(making, denial.to)))
		return;
	if (edge)
		denial.where = edge->where;
	else if (leads)
		tell_line(&denial, &tried, leads);
	else if (denial.passed)
		denial.where = audit->where;
	struct analyze_net_denial *added = analyze_net_add_denial(making, &denial);
	if (added && !edge && !is_allowed(leads, &tried))
		analyze_net_lines(making, added, &tried);
}

/* By which port it would have gone on nobody knows. */
static void add_name(struct net_making *making, const struct plan_traffic_item *item)
{
	const struct plan_service *own = plan_service(making->plan, item->service);
	const struct analyze_net_denial denial = {.from = item->service,
		.to = ANALYZE_NET_OUTSIDE,
		.address = item->address,
		.act = "ask",
		.layer = plan_traffic_layer_names[item->layer],
		.count = item->packets,
		.ago = analyze_net_seconds(item),
		.reason = "not declared"};
	struct analyze_net_denial *added = own && analyze_net_about(making, denial.from)
						   ? analyze_net_add_denial(making, &denial)
						   : NULL;

	if (added)
		analyze_net_name_line(making, added, own);
}

/* The latest first; then by what is said of them, so that equal states read the same. */
static int compare(const void *left, const void *right)
{
	const struct analyze_net_denial *one = left, *other = right;
	const unsigned ages[2] = {(unsigned)one->ago, (unsigned)other->ago};
	int order = strcmp(one->from, other->from);

	if (order == 0 && ages[0] != ages[1])
		order = ages[0] < ages[1] ? -1 : 1;
	if (order == 0)
		order = strcmp(one->port ? one->port : "", other->port ? other->port : "");
	if (order == 0)
		order = strcmp(
			one->address ? one->address : "", other->address ? other->address : "");
	return order ? order : strcmp(one->reason, other->reason);
}

void analyze_net_denials(struct net_making *making)
{
	const struct plan_traffic *traffic = making->traffic;

	for (size_t i = 0; i < traffic->count; i++) {
		const struct plan_traffic_item *item = &traffic->items[i];

		if (item->kind == PLAN_TRAFFIC_OVER)
			analyze_net_over(making, item);
		else if (item->kind == PLAN_TRAFFIC_REFUSED_NAME)
			add_name(making, item);
		else if (item->kind >= PLAN_TRAFFIC_REFUSED_SOURCE)
			analyze_net_turned(making, item);
		else if (item->kind > PLAN_TRAFFIC_OVER)
			add_refused(making, item);
	}
	if (making->net->denial_count)
		qsort(making->net->denials, making->net->denial_count,
			sizeof(*making->net->denials), compare);
}
