/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_end.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/text.h"
#include "enforce/network_names.h"
#include "enforce/network_rules_part.h"
#include "plan/plan.h"
#include "plan/reach.h"

/* What is collected, and for which namespace. */
struct collection {
	const struct plan *plan;
	const struct plan_service *service; /* NULL: the router */
	struct arena *arena;
	struct network_end *list;
	size_t count;
	int router; /* its namespace, whose sets say what names stand for; -1: for anything */
};

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = {0};

	return text && prefix_parse(text, strlen(text), &prefix) ? prefix : (struct prefix){0};
}

static void add_between(struct collection *collection, const struct plan_reach *reach,
	struct prefix client, struct prefix server, uint32_t mark)
{
	const struct network_end end = {
		reach->transport, reach->port, reach->last, client, server, mark};

	if (end.client.family == 0 && end.server.family == 0)
		return;
	*(struct network_end *)arena_append(
		collection->arena, &collection->list, &collection->count, sizeof(end)) = end;
}

/* Between two addresses or ranges, as text; NULL: any. */
static void add(struct collection *collection, const struct plan_reach *reach, const char *client,
	const char *server)
{
	add_between(collection, reach, prefix_of(client), prefix_of(server), 0);
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

static const struct plan_outside *outside_of(
	const struct plan *plan, const struct plan_reach *reach)
{
	for (size_t i = 0; i < plan->outside_count; i++)
		if (text_equal(plan->outsides[i].from, reach->from) &&
			text_equal(plan->outsides[i].name, reach->range) &&
			plan->outsides[i].transport == reach->transport &&
			plan->outsides[i].first == reach->port &&
			plan->outsides[i].last == reach->last)
			return &plan->outsides[i];
	return NULL;
}

/* What is open to a name now; or, of one that is gone, whatever it may have been. */
static int collect_named(
	struct collection *collection, const struct plan_reach *reach, struct fault *why)
{
	static const char *const anywhere[] = {"0.0.0.0/0", "::/0"};
	const struct plan_service *service = collection->service;
	const struct plan_outside *outside = outside_of(collection->plan, reach);
	const struct prefix *addresses = NULL;
	size_t count = 0;

	/* The router's connections have no marks: there it is what ended in the service's network.
	 */
	if (!outside || (!service && collection->router < 0) ||
		(service && !text_equal(reach->from, service->name)))
		return 0;
	if (collection->router >= 0)
		addresses = enforce_network_name_addresses(collection->plan, outside,
			collection->router, collection->arena, &count, why);
	if (collection->router >= 0 && !addresses)
		return -EIO;
	for (int wide = 0; wide < 2; wide++) {
		const char *client = client_of(collection->plan, reach, wide);

		if (client && collection->router < 0)
			add_between(collection, reach, prefix_of(client), prefix_of(anywhere[wide]),
				enforce_rules_outside_number(collection->plan, outside));
		for (size_t i = 0; client && i < count; i++)
			if (addresses[i].family == (wide ? AF_INET6 : AF_INET))
				add_between(collection, reach, prefix_of(client), addresses[i], 0);
	}
	return 0;
}

static int collect(struct collection *collection, const struct plan_reach *reach, struct fault *why)
{
	const struct plan_service *service = collection->service;
	const bool asks = service && text_equal(reach->from, service->name);
	const bool asked = service && text_equal(reach->to, service->name);

	if (reach->transport == PLAN_UNIX)
		return 0;
	if (reach->named)
		return collect_named(collection, reach, why);
	for (int wide = 0; wide < 2; wide++) {
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
	return 0;
}

int enforce_network_ends(const struct network_ends_asked *asked, struct arena *arena,
	struct network_ends *ends, struct fault *why)
{
	struct collection gone = {
		.plan = asked->before, .service = asked->service, .arena = arena, .router = -1};
	struct collection kept = {.plan = asked->after,
		.service = asked->service,
		.arena = arena,
		.router = asked->router};
	size_t count;
	const struct plan_reach *list =
		plan_reaches_missing(asked->before, asked->after, arena, &count);
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++)
		error = collect(&gone, &list[i], why);
	list = gone.count ? plan_reaches(asked->after, arena, &count) : NULL;
	for (size_t i = 0; error == 0 && list && i < count; i++)
		error = collect(&kept, &list[i], why);
	*ends = (struct network_ends){gone.list, kept.list, gone.count, kept.count};
	return error;
}

/* A connection without a mark may be of any line. */
static bool meets(const struct network_end *end, int family, const unsigned char *client,
	const unsigned char *server, uint32_t port, uint32_t mark)
{
	return (end->mark == 0 || mark == 0 || end->mark == mark) && port >= end->first &&
	       port <= end->last &&
	       (end->client.family == 0 ||
		       (end->client.family == family && prefix_holds(&end->client, client))) &&
	       (end->server.family == 0 ||
		       (end->server.family == family && prefix_holds(&end->server, server)));
}

bool enforce_network_end_is(const struct network_ends *ends, enum plan_transport transport,
	int family, const unsigned char *client, const unsigned char *server, uint32_t port,
	uint32_t mark)
{
	bool is = false;

	for (size_t i = 0; i < ends->count && !is; i++)
		is = ends->list[i].transport == transport &&
		     meets(&ends->list[i], family, client, server, port, mark);
	for (size_t i = 0; i < ends->kept_count && is; i++)
		is = ends->kept[i].transport != transport ||
		     !meets(&ends->kept[i], family, client, server, port, 0);
	return is;
}
