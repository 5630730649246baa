/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_door.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/netlink.h"
#include "enforce/network_compare.h"
#include "enforce/network_link.h"
#include "enforce/network_read.h"
#include "enforce/network_rules.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

enum { KNOBS = 3, TABLE_NAME = 280 };

/* Is anything published at an address of IPv6?  Else the host's is left alone. */
static bool wide(const struct plan *plan)
{
	for (size_t i = 0; i < plan->publish_count; i++)
		if (strchr(plan->publishes[i].address, ':'))
			return true;
	return false;
}

/* The host's loopback may ask by the link, which the guard of its table makes good; and nobody is
 * discovered on it. */
static size_t knobs(
	const struct plan *plan, struct arena *arena, struct enforce_network_knob list[KNOBS])
{
	const char *link = plan->network.host_link;
	size_t count = 0;

	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv4/conf/%s/route_localnet", link), "1"};
	if (!wide(plan))
		return count;
	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv6/conf/%s/addr_gen_mode", link), "1"};
	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv6/conf/%s/accept_ra", link), "0"};
	return count;
}

static int route(
	struct enforce_netlink *netlink, const char *to, int family, int index, struct fault *why)
{
	const struct enforce_network_route given = {
		.to = to, .family = family, .index = index, .replace = true};

	return enforce_network_route(netlink, &given, why);
}

/* Both ends, as far as they are not there, and the router's way out by its own. */
static int join_router(const struct plan *plan, int router_network, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	const int out = enforce_network_link_index(NETWORK_DOOR);
	const int nowhere = enforce_network_link_index(NETWORK_NOWHERE);
	scoped(fd) int host = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (host < 0)
		return fault(why, -errno, network->door_where,
			"cannot open the host's network namespace");
	scoped(visit) int home = enforce_network_visit(router_network, network->door_where, why);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = home < 0 ? home : enforce_netlink_open(&netlink, network->door_where, why);

	if (!error && !if_nametoindex(NETWORK_DOOR_LINK))
		error = enforce_network_link_pair(
			&netlink, NETWORK_DOOR, network->host_link, host, why);
	if (!error)
		error = enforce_netlink_flush(&netlink, why);
	if (error)
		return error;
	enforce_shortcut_attach_door(plan);
	error = enforce_network_link_up(&netlink, out, why);
	if (!error)
		error = route(&netlink, network->prefix4, AF_INET, nowhere, why);
	if (!error)
		error = route(&netlink, network->prefix6, AF_INET6, nowhere, why);
	if (!error)
		error = route(&netlink, network->host4, AF_INET, out, why);
	if (!error)
		error = route(&netlink, NULL, AF_INET, out, why);
	if (!error)
		error = route(&netlink, NULL, AF_INET6, out, why);
	return error ? error : enforce_netlink_flush(&netlink, why);
}

static int join_host(const struct plan *plan, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_knob list[KNOBS];
	size_t count = knobs(plan, arena, list);
	int index = (int)if_nametoindex(network->host_link);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = enforce_network_knobs(list, count, network->door_where, why);

	if (!error)
		error = enforce_netlink_open(&netlink, network->door_where, why);
	if (!error)
		error = enforce_network_link_up(&netlink, index, why);
	if (!error)
		error = route(&netlink, network->prefix4, AF_INET, index, why);
	if (!error && wide(plan))
		error = route(&netlink, network->prefix6, AF_INET6, index, why);
	return error ? error : enforce_netlink_flush(&netlink, why);
}

int enforce_network_door(const struct plan *plan, int router_network, struct fault *why)
{
	struct where where = plan->network.door_where;
	scoped(memory) char *rules = enforce_network_rules_host(plan), *text = NULL;
	int error = join_router(plan, router_network, why);

	if (!error)
		error = join_host(plan, why);
	if (error)
		return error;
	/* Added first, since there may be none to delete. */
	if (!rules || asprintf(&text,
			      "add table inet " NETWORK_HOST_TABLE
			      "\ndelete table inet " NETWORK_HOST_TABLE "\n%s",
			      plan->stack, plan->stack, rules) < 0)
		return fault(why, -ENOMEM, where, "no memory for the host's rules");
	return enforce_nft_load(text, "host's table", where, why);
}

int enforce_network_door_away(const char *stack, const char *link, struct fault *why)
{
	const struct where nowhere = {0};
	scoped(memory) char *text = NULL;
	scoped(netlink) struct enforce_netlink netlink = {0};
	struct fault refused;

	if (asprintf(&text,
		    "add table inet " NETWORK_HOST_TABLE "\ndelete table inet " NETWORK_HOST_TABLE
		    "\n",
		    stack, stack) < 0)
		return fault(why, -ENOMEM, nowhere, "no memory for the host's rules");
	int error = enforce_nft_load(text, "removal of the host's table", nowhere, why);

	if (error || !link || !if_nametoindex(link))
		return error;
	error = enforce_netlink_open(&netlink, nowhere, why);
	if (!error)
		error = enforce_network_link_away(&netlink, link, why);
	if (error)
		return error;
	error = enforce_netlink_flush(&netlink, &refused);
	/* It goes with the router, too. */
	if (error == -ENODEV)
		return 0;
	if (error && why)
		*why = refused;
	return error;
}

/* What the host has besides is not looked at. */
static int verify_lines(const struct plan *plan, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines planned = {.arena = arena}, found = {.arena = arena};
	int error = enforce_network_read(&found, network->door_where, why);

	if (error)
		return error;
	enforce_network_line(&planned, "link %s up", network->host_link);
	enforce_network_line(&planned, "route %s dev %s table %u family %d", network->prefix4,
		network->host_link, RT_TABLE_MAIN, AF_INET);
	if (wide(plan))
		enforce_network_line(&planned, "route %s dev %s table %u family %d",
			network->prefix6, network->host_link, RT_TABLE_MAIN, AF_INET6);
	for (size_t i = 0; i < planned.count; i++)
		if (!enforce_network_has(&found, planned.texts[i])) {
			fault(why, -ESTALE, network->door_where, "the host lacks '%s'",
				planned.texts[i]);
			return 1;
		}
	return 0;
}

int enforce_network_door_verify(const struct plan *plan, struct fault *why)
{
	struct where where = plan->network.door_where;
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_knob list[KNOBS];
	size_t count = knobs(plan, arena, list);
	const char *table = arena_printf(arena, NETWORK_HOST_TABLE, plan->stack);
	scoped(memory) char *rules = enforce_network_rules_host(plan);
	int answer = enforce_network_compare_rules(rules, table, where, why);

	if (!answer)
		answer = verify_lines(plan, why);
	return answer ? answer : enforce_network_knobs_verify(list, count, where, why);
}
