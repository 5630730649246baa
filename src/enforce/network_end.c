/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_end.h"

#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/reach.h"

/* What is collected, and for which namespace. */
struct collection {
	const struct plan *plan;
	const struct plan_service *service; /* NULL: the router */
	struct arena *arena;
	struct network_end *list;
	size_t count;
};

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = {0};

	return text && prefix_parse(text, strlen(text), &prefix) ? prefix : (struct prefix){0};
}

/* Between two addresses or ranges, as text; NULL: any. */
static void add(struct collection *collection, const struct plan_reach *reach, const char *client,
	const char *server)
{
	const struct network_end end = {
		reach->transport, reach->port, reach->last, prefix_of(client), prefix_of(server)};

	if (end.client.family == 0 && end.server.family == 0)
		return;
	*(struct network_end *)arena_append(
		collection->arena, &collection->list, &collection->count, sizeof(end)) = end;
}

/* Who is asked by @reach: a service, addresses outside, or the router, where the outlet listens. */
static const char *server_of(const struct plan *plan, const struct plan_reach *reach, bool wide)
{
	const struct plan_service *to = reach->to ? plan_service(plan, reach->to) : NULL;

	if (reach->range)
		return (strchr(reach->range, ':') != NULL) == wide ? reach->range : NULL;
	if (!reach->to)
		return wide ? plan->network.router6 : plan->network.router4;
	if (!to || !to->linked)
		return NULL;
	return wide ? to->address6 : to->address4;
}

static const char *client_of(const struct plan *plan, const struct plan_reach *reach, bool wide)
{
	const struct plan_service *from = plan_service(plan, reach->from);

	if (!from || !from->linked)
		return NULL;
	return wide ? from->address6 : from->address4;
}

static void collect(struct collection *collection, const struct plan_reach *reach)
{
	const struct plan_service *service = collection->service;
	const bool asks = service && text_equal(reach->from, service->name);
	const bool asked = service && text_equal(reach->to, service->name);

	/* What a name stood for is not known here: such an edge does not go while it runs. */
	for (int wide = 0; !reach->named && wide < 2; wide++) {
		const char *client = client_of(collection->plan, reach, wide);
		const char *server = server_of(collection->plan, reach, wide);

		if (!client || !server || (service && !asks && !asked))
			continue;
		add(collection, reach, asks ? NULL : client, asked ? NULL : server);
	}
	/* Its own loopback is all that its sockets know of. */
	if (asks && reach->at) {
		struct plan_reach near = *reach;

		near.port = near.last = reach->at_port;
		add(collection, &near, NULL, reach->at);
	}
}

struct network_ends enforce_network_ends(const struct plan *before, const struct plan *after,
	const struct plan_service *service, struct arena *arena)
{
	struct collection gone = {.plan = before, .service = service, .arena = arena};
	struct collection kept = {.plan = after, .service = service, .arena = arena};
	size_t count;
	const struct plan_reach *list = plan_reaches_missing(before, after, arena, &count);

	for (size_t i = 0; i < count; i++)
		if (list[i].transport != PLAN_UNIX)
			collect(&gone, &list[i]);
	list = gone.count ? plan_reaches(after, arena, &count) : NULL;
	for (size_t i = 0; list && i < count; i++)
		if (list[i].transport != PLAN_UNIX)
			collect(&kept, &list[i]);
	return (struct network_ends){gone.list, kept.list, gone.count, kept.count};
}

static bool meets(const struct network_end *end, int family, const unsigned char *client,
	const unsigned char *server, uint32_t port)
{
	return port >= end->first && port <= end->last &&
	       (end->client.family == 0 ||
		       (end->client.family == family && prefix_holds(&end->client, client))) &&
	       (end->server.family == 0 ||
		       (end->server.family == family && prefix_holds(&end->server, server)));
}

bool enforce_network_end_is(const struct network_ends *ends, enum plan_transport transport,
	int family, const unsigned char *client, const unsigned char *server, uint32_t port)
{
	bool is = false;

	for (size_t i = 0; i < ends->count && !is; i++)
		is = ends->list[i].transport == transport &&
		     meets(&ends->list[i], family, client, server, port);
	for (size_t i = 0; i < ends->kept_count && is; i++)
		is = ends->kept[i].transport != transport ||
		     !meets(&ends->kept[i], family, client, server, port);
	return is;
}
