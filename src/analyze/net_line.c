/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The smallest addition to the policy by which what was refused would have been allowed. */

#include <inttypes.h>
#include <string.h>

#include "analyze/net_part.h"
#include "base/arena.h"
#include "base/text.h"

static void keep_last(const struct plan_service *service, struct where where, struct where *last)
{
	if (text_equal(where.file, service->where.file) && where.line >= last->line)
		*last = where;
}

/* The last item of that list in the service's own file; what its role gives is no place to write.
 */
static struct where last_item(
	const struct plan *plan, const struct plan_service *service, const char *key)
{
	struct where last = {0};

	for (size_t i = 0; text_equal(key, "listens") && i < service->listen_count; i++)
		keep_last(service, service->listens[i].where, &last);
	for (size_t i = 0; text_equal(key, "connects") && i < plan->edge_count; i++)
		if (text_equal(plan->edges[i].from, service->name))
			keep_last(service, plan->edges[i].where, &last);
	for (size_t i = 0; text_equal(key, "connects") && i < plan->host_edge_count; i++)
		if (text_equal(plan->host_edges[i].from, service->name))
			keep_last(service, plan->host_edges[i].where, &last);
	for (size_t i = 0; text_equal(key, "connects") && i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, service->name))
			keep_last(service, plan->outsides[i].where, &last);
	for (size_t i = 0; text_equal(key, "publishes") && i < plan->publish_count; i++)
		if (text_equal(plan->publishes[i].service, service->name))
			keep_last(service, plan->publishes[i].where, &last);
	return last;
}

static void add_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service, const char *key, const char *item)
{
	const struct where last = last_item(making->plan, service, key);
	struct analyze_net_line *line =
		arena_append(making->arena, &denial->lines, &denial->line_count, sizeof(*line));

	*line = (struct analyze_net_line){.service = service->base,
		.key = key,
		.item = item,
		.exists = last.file,
		.where = last.file ? last : service->where};
}

static const struct plan_listen *listens(
	const struct plan_service *service, enum plan_transport transport, uint32_t port)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		if (listen->transport == transport && listen->first <= port && port <= listen->last)
			return listen;
	}
	return NULL;
}

/* The one service beside @own that listens there, or NULL: an unchanged configuration that looks
 * for it on its own loopback. */
static const struct plan_service *only_listener(const struct plan *plan,
	const struct plan_service *own, enum plan_transport transport, uint32_t port)
{
	const struct plan_service *found = NULL;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (text_equal(service->base, own->base) || !listens(service, transport, port))
			continue;
		if (found && !text_equal(found->base, service->base))
			return NULL;
		found = service;
	}
	return found;
}

static const char *place(struct arena *arena, const char *address, uint32_t port)
{
	const bool wide = strchr(address, ':');

	return arena_printf(
		arena, "%s%s%s:%" PRIu32, wide ? "[" : "", address, wide ? "]" : "", port);
}

/* It called itself: to be a client of a peer, or to listen there. */
static void allow_loopback(struct net_making *making, struct analyze_net_denial *denial,
	const struct net_tried *tried, const char *port)
{
	const struct plan_service *peer =
		only_listener(making->plan, tried->from, tried->transport, tried->port);

	if (peer && tried->transport == PLAN_TCP)
		add_line(making, denial, tried->from, "connects",
			arena_printf(making->arena, "{to: %s:%s, at: \"%s\"}", peer->base, port,
				place(making->arena, tried->address, tried->port)));
	else
		add_line(making, denial, tried->from, "listens", port);
}

static void allow_outside(
	struct net_making *making, struct analyze_net_denial *denial, const struct net_tried *tried)
{
	const char *to = text_equal(denial->to, ANALYZE_NET_HOST)
				 ? arena_printf(making->arena, "host:%" PRIu32, tried->port)
			 : denial->name ? arena_printf(making->arena, "%s:%" PRIu32, denial->name,
						  tried->port)
					: place(making->arena, tried->address, tried->port);

	add_line(making, denial, tried->from, "connects",
		arena_printf(making->arena, "{to: \"%s%s\", why: WHAT FOR}", to,
			tried->transport == PLAN_UDP ? "/udp" : ""));
}

void analyze_net_connects_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service, const char *item)
{
	add_line(making, denial, service, "connects", item);
}

void analyze_net_name_line(struct net_making *making, struct analyze_net_denial *denial,
	const struct plan_service *service)
{
	add_line(making, denial, service, "connects",
		arena_printf(making->arena, "{to: \"%s:PORT\", why: WHAT FOR}", denial->address));
}

void analyze_net_lines(
	struct net_making *making, struct analyze_net_denial *denial, const struct net_tried *tried)
{
	const char *port = denial->port;

	if (tried->listens) {
		add_line(making, denial, tried->from, "listens", port);
	} else if (tried->from && tried->from == tried->to) {
		allow_loopback(making, denial, tried, port);
	} else if (tried->from && tried->to) {
		add_line(making, denial, tried->from, "connects",
			arena_printf(making->arena, "%s:%s", tried->to->base, port));
		if (!listens(tried->to, tried->transport, tried->port))
			add_line(making, denial, tried->to, "listens", port);
	} else if (tried->from) {
		allow_outside(making, denial, tried);
	} else if (tried->to && text_equal(denial->from, ANALYZE_NET_OUTSIDE)) {
		add_line(making, denial, tried->to, "publishes",
			arena_printf(making->arena, "%s: {at: [ADDRESS], from: [%s]}", port,
				tried->address));
	}
}
