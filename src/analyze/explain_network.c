/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "analyze/explainer.h"
#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"

static const char *const suffixes[] = {[PLAN_TCP] = "", [PLAN_UDP] = "/udp"};

/* " at 127.0.0.1:5432", where the program looks for it. */
static const char *place_of(struct explainer *explainer, const char *at, uint32_t port)
{
	const char *bracket = at && strchr(at, ':') ? "[]" : NULL;

	if (!at)
		return "";
	return arena_printf(explainer->arena, " at %.1s%s%.1s:%" PRIu32, bracket ? bracket : "", at,
		bracket ? bracket + 1 : "", port);
}

/* This machine's loopback is no service: it has no line of its own. */
static void explain_host(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan *plan = explainer->plan;

	for (size_t i = 0; i < plan->host_edge_count; i++) {
		const struct plan_host_edge *edge = &plan->host_edges[i];

		if (!text_equal(edge->from, service->name))
			continue;
		struct analyze_right *entry = analyze_right(explainer, LAYER_NETWORK, "connect to",
			edge->where, "host:%" PRIu32 "%s%s", edge->port, suffixes[edge->transport],
			place_of(explainer, edge->at, edge->at_port));
		entry->why = edge->why;
	}
}

/* What of a wide range is not meant. */
static const char *but_for(const struct plan *plan, const struct plan_outside *outside)
{
	struct plan_ranges ranges;
	const int family = outside->range && strchr(outside->range, ':') ? AF_INET6 : AF_INET;

	return outside->range && plan_outside_ranges(plan, outside, family, &ranges) &&
			       ranges.special_count
		       ? ", but for special addresses such as a cloud's metadata"
		       : "";
}

static void explain_outside(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan *plan = explainer->plan;

	for (size_t i = 0; i < plan->outside_count; i++) {
		const struct plan_outside *outside = &plan->outsides[i];
		const char *peer = outside->range ? outside->range : outside->name;
		const char *bracket = strchr(peer, ':') ? "[]" : NULL;
		const char *rest =
			outside->last == outside->first
				? ""
				: arena_printf(explainer->arena, "-%" PRIu32, outside->last);

		if (!text_equal(outside->from, service->name))
			continue;
		struct analyze_right *entry = analyze_right(explainer, LAYER_NETWORK, "connect to",
			outside->where, "%.1s%s%.1s:%" PRIu32 "%s%s%s", bracket ? bracket : "",
			peer, bracket ? bracket + 1 : "", outside->first, rest,
			suffixes[outside->transport], but_for(plan, outside));
		entry->why = outside->why;
	}
}

/* What lets the stack's router in, and nobody else. */
static void explain_probe(
	struct explainer *explainer, const struct plan_probe *probe, const char *state)
{
	if (probe->kind == PLAN_PROBE_PORT || probe->kind == PLAN_PROBE_HTTP)
		analyze_right(explainer, LAYER_NETWORK, "accept from", probe->where,
			"the router on %" PRIu32 ", which asks whether it is %s", probe->port,
			state);
}

static const char *period_of(const struct explainer *explainer, uint32_t seconds)
{
	return seconds == 1       ? "a second"
	       : seconds == 60    ? "a minute"
	       : seconds == 3600  ? "an hour"
	       : seconds == 86400 ? "a day"
				  : arena_printf(explainer->arena, "in %" PRIu32 " s", seconds);
}

/* What is done with more than @budget allows. */
static const char *over(const struct plan_budget *budget)
{
	return budget->alert ? "let through and counted" : budget->drop ? "dropped" : "refused";
}

/* How much the lines about connections let pass; the line itself says with whom. */
static void explain_budgets(struct explainer *explainer, const struct plan_service *service)
{
	for (size_t i = 0; i < explainer->plan->budget_count; i++) {
		const struct plan_budget *budget = &explainer->plan->budgets[i];

		if (!text_equal(budget->from, service->name))
			continue;
		if (budget->new_connections)
			analyze_right(explainer, LAYER_NETWORK, "at most", budget->new_where,
				"%" PRIu32 " new connections %s; more are %s",
				budget->new_connections, period_of(explainer, budget->new_seconds),
				over(budget));
		if (budget->connections)
			analyze_right(explainer, LAYER_NETWORK, "at most",
				budget->connections_where,
				"%" PRIu32 " connections at a time; more are %s",
				budget->connections, over(budget));
		if (budget->bytes)
			analyze_right(explainer, LAYER_NETWORK, "at most", budget->bytes_where,
				"%" PRIu64 " bytes %s, both ways; more are %s", budget->bytes,
				period_of(explainer, budget->byte_seconds), over(budget));
		if (budget->bandwidth)
			analyze_right(explainer, LAYER_NETWORK, "at most", budget->bandwidth_where,
				"%" PRIu64 " bits a second each way; more has to wait",
				budget->bandwidth);
		if (budget->until)
			analyze_right(explainer, LAYER_NETWORK, "until", budget->until_where,
				"%s, by UTC; then connections end", budget->until);
	}
}

/* Where the outside comes in, and who of it. */
static void explain_door(struct explainer *explainer, const struct plan_publish *publish)
{
	const char *suffix = suffixes[publish->transport];

	analyze_right(explainer, LAYER_NETWORK, "published", publish->where,
		"%" PRIu32 "%s at %s port %" PRIu32, publish->port, suffix, publish->address,
		publish->host_port);
	for (size_t i = 0; i < publish->source_count; i++)
		analyze_right(explainer, LAYER_NETWORK, "let in", publish->sources[i].where,
			"%s to %" PRIu32 "%s by %s", publish->sources[i].range, publish->port,
			suffix, publish->address);
	if (publish->per_source)
		analyze_right(explainer, LAYER_NETWORK, "at most", publish->per_source_where,
			"%" PRIu32 " connections of one client to %" PRIu32 "%s at a time",
			publish->per_source, publish->port, suffix);
}

void analyze_explain_network(struct explainer *explainer, const struct plan_service *service)
{
	const struct plan *plan = explainer->plan;

	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport == PLAN_UNIX)
			analyze_right(explainer, LAYER_NETWORK, "listen", listen->where, "unix:%s",
				listen->path);
		else if (listen->first == listen->last)
			analyze_right(explainer, LAYER_NETWORK, "listen", listen->where,
				"%" PRIu32 "%s%s%s", listen->first, suffixes[listen->transport],
				listen->at ? " at " : "", listen->at ? listen->at : "");
		else
			analyze_right(explainer, LAYER_NETWORK, "listen", listen->where,
				"%" PRIu32 "-%" PRIu32 "%s%s%s", listen->first, listen->last,
				suffixes[listen->transport], listen->at ? " at " : "",
				listen->at ? listen->at : "");
	}
	for (size_t i = 0; i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name))
			explain_door(explainer, &plan->publishes[i]);
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		bool out = text_equal(edge->from, service->name);

		if (!out && !text_equal(edge->to, service->name))
			continue;
		const char *peer = out ? edge->to : edge->from;
		const char *right = out ? "connect to" : "accept from";
		struct analyze_right *entry;

		if (edge->transport == PLAN_UNIX)
			entry = analyze_right(explainer, LAYER_NETWORK, right, edge->where,
				"%s:unix:%s", peer, edge->path);
		else
			entry = analyze_right(explainer, LAYER_NETWORK, right, edge->where,
				out ? "%s:%" PRIu32 "%s%s" : "%s on %" PRIu32 "%s%s", peer,
				edge->port, suffixes[edge->transport],
				out ? place_of(explainer, edge->at, edge->at_port) : "");
		entry->why = edge->why;
	}
	explain_probe(explainer, &service->life.ready, "ready");
	explain_probe(explainer, &service->life.healthy, "healthy");
	explain_host(explainer, service);
	explain_outside(explainer, service);
	explain_budgets(explainer, service);
}
