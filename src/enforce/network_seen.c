/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_seen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/network_budget.h"
#include "enforce/network_link.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/traffic.h"

struct seeing {
	const struct plan *plan;
	const struct plan_service *service;
	struct plan_traffic *traffic;
};

static struct plan_traffic_item *add(
	struct seeing *seeing, enum plan_traffic_kind kind, const struct enforce_nft_seen *seen)
{
	struct plan_traffic *traffic = seeing->traffic;
	struct plan_traffic_item *item =
		arena_append(traffic->arena, &traffic->items, &traffic->count, sizeof(*item));

	*item = (struct plan_traffic_item){
		.kind = kind,
		.layer = PLAN_TRAFFIC_TABLE,
		.service = seeing->service ? seeing->service->name : NULL,
		.address = seen->address ? arena_text(traffic->arena, seen->address) : NULL,
		.transport = text_equal(seen->protocol, "udp") ? PLAN_UDP : PLAN_TCP,
		.port = seen->port,
		.packets = seen->packets,
		.bytes = seen->bytes,
		.ago = seen->left ? NETWORK_SEEN_SECONDS - (int64_t)seen->left : PLAN_TRAFFIC_NEVER,
	};
	return item;
}

/* What the sets of a service hold, of either family. */
static const struct {
	const char *set;
	enum plan_traffic_kind kind;
} sets[] = {
	{"connects", PLAN_TRAFFIC_SENT},
	{"answers", PLAN_TRAFFIC_RECEIVED},
	{"begun", PLAN_TRAFFIC_BEGUN},
	{"went", PLAN_TRAFFIC_REFUSED_OUT},
	{"came", PLAN_TRAFFIC_REFUSED_IN},
};

static void see_element(struct seeing *seeing, const struct enforce_nft_seen *seen)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const size_t length = strlen(sets[i].set);

		if (strncmp(seen->set, sets[i].set, length) == 0 &&
			(text_equal(seen->set + length, "4") ||
				text_equal(seen->set + length, "6")))
			add(seeing, sets[i].kind, seen);
	}
}

/* "over2_bytes": its second line's. */
static void see_over(struct seeing *seeing, const struct enforce_nft_seen *seen)
{
	EACH_BUDGET(budget, seeing->plan, seeing->service)
	{
		for (enum plan_over way = 0; way < PLAN_OVER_COUNT; way++) {
			char name[32];

			snprintf(name, sizeof(name), "over%zu_%s", budget.number,
				plan_over_names[way]);
			if (!text_equal(name, seen->counter))
				continue;
			struct plan_traffic_item *item = add(seeing, PLAN_TRAFFIC_OVER, seen);
			item->budget = (uint32_t)(budget.line - seeing->plan->budgets) + 1;
			item->over = way;
		}
	}
}

/* "outside4711_begun": its line's by that number. */
static void see_outside(struct seeing *seeing, const struct enforce_nft_seen *seen)
{
	const struct plan *plan = seeing->plan;
	unsigned number;
	char what[8];

	if (sscanf(seen->counter, "outside%10u_%7s", &number, what) != 2)
		return;
	for (size_t i = 0; i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, seeing->service->name) &&
			enforce_rules_outside_number(plan, &plan->outsides[i]) == number)
			add(seeing,
				text_equal(what, "begun")  ? PLAN_TRAFFIC_OUTSIDE_BEGUN
				: text_equal(what, "sent") ? PLAN_TRAFFIC_OUTSIDE_SENT
							   : PLAN_TRAFFIC_OUTSIDE_RECEIVED,
				seen)
				->outside = (uint32_t)i + 1;
}

/* "door443_begun", "datagrams443_begun" */
static void see_door(struct seeing *seeing, const struct enforce_nft_seen *seen)
{
	unsigned port;
	char what[8];

	const bool datagrams = sscanf(seen->counter, "datagrams%5u_%7s", &port, what) == 2;

	if (!datagrams && sscanf(seen->counter, "door%5u_%7s", &port, what) != 2)
		return;
	struct plan_traffic_item *item = add(seeing,
		text_equal(what, "begun")  ? PLAN_TRAFFIC_DOOR_BEGUN
		: text_equal(what, "came") ? PLAN_TRAFFIC_DOOR_RECEIVED
					   : PLAN_TRAFFIC_DOOR_SENT,
		seen);
	item->transport = datagrams ? PLAN_UDP : PLAN_TCP;
	item->port = port;
}

static void see(void *context, const struct enforce_nft_seen *seen)
{
	struct seeing *seeing = context;

	if (seen->set)
		see_element(seeing, seen);
	else if (text_starts(seen->counter, "over"))
		see_over(seeing, seen);
	else if (text_starts(seen->counter, "outside"))
		see_outside(seeing, seen);
	else
		see_door(seeing, seen);
}

int enforce_network_seen(const struct plan *plan, const struct plan_service *service, int network,
	struct plan_traffic *traffic, struct fault *why)
{
	struct seeing seeing = {plan, service, traffic};
	scoped(visit) int home = enforce_network_visit(network, service->where, why);

	return home < 0 ? home
			: enforce_nft_see(
				  "list table inet bulkhead", see, &seeing, service->where, why);
}

static void see_refused(void *context, const struct enforce_nft_seen *seen)
{
	struct seeing seeing = *(struct seeing *)context;
	const struct plan *plan = seeing.plan;

	for (size_t i = 0; i < plan->service_count; i++) {
		char link[NETWORK_LINK_NAME];

		enforce_network_link_name(plan->services[i].link, link);
		if (plan->services[i].linked && text_equal(link, seen->link))
			seeing.service = &plan->services[i];
	}
	add(&seeing, PLAN_TRAFFIC_REFUSED_OUT, seen)->layer = PLAN_TRAFFIC_ROUTER;
}

int enforce_network_seen_router(
	const struct plan *plan, int network, struct plan_traffic *traffic, struct fault *why)
{
	static const char *const questions[] = {
		"list set inet bulkhead refused4", "list set inet bulkhead refused6"};
	struct seeing seeing = {plan, NULL, traffic};
	scoped(visit) int home = enforce_network_visit(network, plan->where, why);
	int error = home < 0 ? home : 0;

	for (size_t i = 0; error == 0 && i < sizeof(questions) / sizeof(questions[0]); i++)
		error = enforce_nft_see(questions[i], see_refused, &seeing, plan->where, why);
	return error;
}

static const struct plan_service *owner_of(const struct plan *plan, const char *address)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].linked &&
			(text_equal(plan->services[i].address4, address) ||
				text_equal(plan->services[i].address6, address)))
			return &plan->services[i];
	return NULL;
}

/* By the stack's link comes what a service sends; what comes otherwise may wear any address. */
static void see_stray(void *context, const struct enforce_nft_seen *seen)
{
	struct seeing seeing = *(struct seeing *)context;
	const bool out = text_equal(seen->link, seeing.plan->network.host_link);
	struct plan_traffic_item *item;

	if (!seen->sender)
		return;
	seeing.service = owner_of(seeing.plan, out ? seen->sender : seen->address);
	item = add(&seeing, out ? PLAN_TRAFFIC_REFUSED_OUT : PLAN_TRAFFIC_REFUSED_IN, seen);
	item->layer = PLAN_TRAFFIC_HOST;
	if (out)
		return;
	item->address = arena_text(seeing.traffic->arena, seen->sender);
	item->other = seen->link && *seen->link ? PLAN_TRAFFIC_THE_WORLD : PLAN_TRAFFIC_THE_HOST;
}

int enforce_network_seen_host(
	const struct plan *plan, struct plan_traffic *traffic, struct fault *why)
{
	struct seeing seeing = {plan, NULL, traffic};
	int error = 0;

	for (int wide = 0; plan->network.host_link && error == 0 && wide < 2; wide++)
		error = enforce_nft_see(arena_printf(traffic->arena,
						"list set inet " NETWORK_HOST_TABLE " refused%d",
						plan->stack, wide ? 6 : 4),
			see_stray, &seeing, plan->network.door_where, why);
	return error;
}
