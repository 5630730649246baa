/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "base/prefix.h"
#include "enforce/network_end.h"
#include "enforce/network_end_part.h"
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

static bool may_go_on(const struct plan *plan, enum plan_transport transport, int family,
	const unsigned char *door, uint32_t port, const unsigned char *client)
{
	for (size_t i = 0; i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];

		if (publish->transport == transport && publish->host_port == port &&
			is_at(publish, family, door) && may_come(publish, family, client))
			return true;
	}
	return false;
}

/* Of sockets in the host's network the gateway has none but those that came by a door. */
static bool socket_ends(const void *what, const struct inet_diag_msg *socket)
{
	const struct plan *plan = what;

	return socket->idiag_uid == plan->network.gateway_id &&
	       !may_go_on(plan, PLAN_TCP, socket->idiag_family, (const void *)socket->id.idiag_src,
		       ntohs(socket->id.idiag_sport), (const void *)socket->id.idiag_dst);
}

/* What the kernel translates to a service of the stack. */
static bool flow_ends(const void *what, const struct network_flow *flow)
{
	const struct plan *plan = what;
	const struct network_flow_way *there = &flow->there, *back = &flow->back;
	const char *stack = flow->family == AF_INET ? plan->network.prefix4 : plan->network.prefix6;

	return (there->protocol == IPPROTO_TCP || there->protocol == IPPROTO_UDP) &&
	       holds(stack, flow->family, back->from) &&
	       memcmp(there->to, back->from, sizeof(there->to)) != 0 &&
	       !may_go_on(plan, there->protocol == IPPROTO_TCP ? PLAN_TCP : PLAN_UDP, flow->family,
		       there->to, there->to_port, there->from);
}

int enforce_network_end_doors(const struct plan *after, struct arena *arena, struct fault *why)
{
	const struct where where = after->network.where;

	/* A stack without a network has no gateway, and root's sockets are none of ours. */
	if (!after->network.gateway_id)
		return 0;
	int error = enforce_network_end_sockets_which(socket_ends, after, arena, where, why);

	if (error == 0 && after->network.host_link)
		error = enforce_network_end_flows_which(flow_ends, after, arena, where, why);
	return error;
}
