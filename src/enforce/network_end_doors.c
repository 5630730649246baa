/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "base/prefix.h"
#include "base/scoped.h"
#include "enforce/network_end.h"
#include "enforce/network_end_part.h"
#include "enforce/network_space.h"
#include "plan/plan.h"

static bool holds(const char *range, int family, const unsigned char *address)
{
	struct prefix prefix;

	return prefix_parse(range, strlen(range), &prefix) && prefix.family == family &&
	       prefix_holds(&prefix, address);
}

static bool may_come(const struct plan_publish *publish, int family, const unsigned char *client)
{
	bool may = publish->source_count == 0;

	for (size_t i = 0; i < publish->source_count && !may; i++)
		may = holds(publish->sources[i].range, family, client);
	return may;
}

/* Is that address the door's, or is the door at all of them? */
static bool is_at(const struct plan_publish *publish, int family, const unsigned char *address)
{
	const char *all = family == AF_INET ? "0.0.0.0" : "::";

	return strcmp(publish->address, all) == 0 || holds(publish->address, family, address);
}

/* Somebody who has come by a door; of a socket's end it is not known where that leads. */
struct customer {
	enum plan_transport transport;
	int family;
	const unsigned char *door, *client, *service; /* service: NULL, not known */
	uint32_t door_port, service_port;
};

static bool leads_to(const struct plan *plan, const struct plan_publish *publish,
	const struct customer *customer)
{
	const struct plan_service *service = plan_service(plan, publish->service);
	const char *address = !service                      ? NULL
			      : customer->family == AF_INET ? service->address4
							    : service->address6;

	return !customer->service || (address && publish->port == customer->service_port &&
					     holds(address, customer->family, customer->service));
}

static bool may_go_on(const struct plan *plan, const struct customer *customer)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport == customer->transport &&
			publish->host_port == customer->door_port &&
			is_at(publish, customer->family, customer->door) &&
			may_come(publish, customer->family, customer->client) &&
			leads_to(plan, publish, customer))
			return true;
	}
	return false;
}

struct plans {
	const struct plan *before, *after;
};

/* Does the door lead elsewhere than before?  Of a socket's end it is not known by when it came. */
static bool has_moved(const struct plans *plans, const struct customer *customer)
{
	for (size_t i = 0; i < plans->before->publish_count; i++) {
		const struct plan_publish *was = &plans->before->publishes[i];
		bool same = was->transport != customer->transport ||
			    was->host_port != customer->door_port ||
			    !is_at(was, customer->family, customer->door);

		for (size_t j = 0; j < plans->after->publish_count && !same; j++) {
			const struct plan_publish *is = &plans->after->publishes[j];

			same = is->transport == was->transport && is->host_port == was->host_port &&
			       is->port == was->port && strcmp(is->service, was->service) == 0 &&
			       is_at(is, customer->family, customer->door);
		}
		if (!same)
			return true;
	}
	return false;
}

/* Of sockets in the host's network the gateway has none but those that came by a door. */
static bool socket_ends(const void *what, const struct inet_diag_msg *socket)
{
	const struct plans *plans = what;
	const struct customer customer = {.transport = PLAN_TCP,
		.family = socket->idiag_family,
		.door = (const void *)socket->id.idiag_src,
		.door_port = ntohs(socket->id.idiag_sport),
		.client = (const void *)socket->id.idiag_dst};

	return socket->idiag_uid == plans->after->network.gateway_id &&
	       (!may_go_on(plans->after, &customer) || has_moved(plans, &customer));
}

/* In the router's none but those that lead to a service which is published there. */
static bool inward_ends(const void *what, const struct inet_diag_msg *socket)
{
	const struct plan *plan = what;
	const struct customer customer = {.family = socket->idiag_family,
		.service = (const void *)socket->id.idiag_dst,
		.service_port = ntohs(socket->id.idiag_dport)};

	if (socket->idiag_uid != plan->network.gateway_id)
		return false;
	for (size_t i = 0; i < plan->publish_count; i++)
		if (plan->publishes[i].transport == PLAN_TCP &&
			leads_to(plan, &plan->publishes[i], &customer))
			return false;
	return true;
}

/* What the kernel translates to a service of the stack. */
static bool flow_ends(const void *what, const struct network_flow *flow)
{
	const struct plan *plan = what;
	const struct network_flow_way *there = &flow->there, *back = &flow->back;
	const char *stack = flow->family == AF_INET ? plan->network.prefix4 : plan->network.prefix6;
	const struct customer customer = {
		.transport = there->protocol == IPPROTO_TCP ? PLAN_TCP : PLAN_UDP,
		.family = flow->family,
		.door = there->to,
		.door_port = there->to_port,
		.client = there->from,
		.service = back->from,
		.service_port = back->from_port};

	return (there->protocol == IPPROTO_TCP || there->protocol == IPPROTO_UDP) &&
	       holds(stack, flow->family, back->from) &&
	       memcmp(there->to, back->from, sizeof(there->to)) != 0 && !may_go_on(plan, &customer);
}

int enforce_network_end_doors(const struct plan *before, const struct plan *after, int router,
	struct arena *arena, struct fault *why)
{
	const struct plans plans = {before, after};
	const struct where where = after->network.where;

	/* A stack without a network has no gateway, and root's sockets are none of ours. */
	if (!after->network.gateway_id)
		return 0;
	int error = enforce_network_end_sockets_which(socket_ends, &plans, arena, where, why);

	if (error == 0 && after->network.host_link)
		error = enforce_network_end_flows_which(flow_ends, after, arena, where, why);
	if (error < 0 || router < 0)
		return error;
	scoped(visit) int home = enforce_network_visit(router, where, why);
	return home < 0 ? home
			: enforce_network_end_sockets_which(inward_ends, after, arena, where, why);
}
