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
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "enforce/netlink.h"
#include "enforce/network_compare.h"
#include "enforce/network_door_connect.h"
#include "enforce/network_link.h"
#include "enforce/network_read.h"
#include "enforce/network_rules.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "plan/plan.h"

enum { KNOBS = 3, LINK_TRIES = 600, LINK_PAUSE = 5000000 };

/* No loopback address goes by it, and nobody is discovered on it. */
static size_t knobs(
	const struct plan *plan, struct arena *arena, struct enforce_network_knob list[KNOBS])
{
	const char *link = plan->network.host_link;
	size_t count = 0;

	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv4/conf/%s/route_localnet", link), "0"};
	if (access("/proc/sys/net/ipv6", F_OK) < 0)
		return count;
	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv6/conf/%s/addr_gen_mode", link), "1"};
	list[count++] = (struct enforce_network_knob){
		arena_printf(arena, "ipv6/conf/%s/accept_ra", link), "0"};
	return count;
}

/* The host's route to the stack, as enforce_network_read() writes it. */
static const char *host_route(const struct plan_network *network, bool wide, struct arena *arena)
{
	return arena_printf(arena, "route %s dev %s table %u family %d",
		wide ? network->prefix6 : network->prefix4, network->host_link, RT_TABLE_MAIN,
		wide ? AF_INET6 : AF_INET);
}

/* What has the stack's addresses elsewhere would lose them to it: another network of this machine,
 * or another stack. */
static int check_routes(
	const struct plan *plan, const struct enforce_network_lines *found, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	const char *prefixes[] = {
		network->prefix4, enforce_door_wide(plan) ? network->prefix6 : NULL};

	for (size_t i = 0; i < 2 && prefixes[i]; i++) {
		const char *taken = enforce_network_overlap(found, prefixes[i], network->host_link);

		if (!taken)
			continue;
		fault_of(why, FAULT_UNSUPPORTED, -EEXIST,
			i ? network->prefix6_where : network->prefix4_where,
			"addresses of the stack (%s) are others' in this machine: %s", prefixes[i],
			taken);
		fault_hint(why, "give it some that are free: addresses: {%s: PREFIX}",
			i ? "ipv6" : "ipv4");
		return -EEXIST;
	}
	return 0;
}

/* Who stands for the host's own clients, as enforce_network_read() writes it. */
static const char *host_address(const struct plan_network *network, struct arena *arena)
{
	return arena_printf(arena, "address %s %s/32", network->host_link, network->host4);
}

/*
 * Who is led to the stack goes nowhere else when the link is gone, and with it
 * its route, also where no rule holds that any more.  The metric is the worst, and
 * made of the stack's name: by it the route is found again.
 */
static uint32_t metric(const char *stack)
{
	return UINT32_C(1) << 31 | plan_stack_hash(stack);
}

static const char *no_route(const struct plan *plan, struct arena *arena)
{
	return arena_printf(arena, "route unreachable %s metric %u table %u family %d",
		plan->network.prefix4, metric(plan->stack), RT_TABLE_MAIN, AF_INET);
}

static int route(
	struct enforce_netlink *netlink, const char *to, int family, int index, struct fault *why)
{
	const struct enforce_network_route given = {
		.to = to, .family = family, .index = index, .replace = true};

	return enforce_network_route(netlink, &given, why);
}

/* A link goes some ten milliseconds after its router: wait for a predecessor's. */
static int make_pair(struct enforce_netlink *netlink, const struct plan_network *network, int host,
	struct fault *why)
{
	const struct timespec pause = {.tv_nsec = LINK_PAUSE};
	int error = -EEXIST;

	for (int i = 0; error == -EEXIST && i < LINK_TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		error = enforce_network_link_pair(
			netlink, NETWORK_DOOR, network->host_link, host, why);
		if (!error)
			error = enforce_netlink_flush(netlink, why);
	}
	if (error == -EEXIST)
		return fault(why, error, network->door_where,
			"this machine has an interface '%s' already", network->host_link);
	return error;
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
		error = make_pair(&netlink, network, host, why);
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

/* What there is now: a predecessor's route went with its link, if need be while this one was made.
 */
static int join_host(const struct plan *plan, struct arena *arena, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	struct enforce_network_lines found = {.arena = arena};
	struct enforce_network_knob list[KNOBS];
	size_t count = knobs(plan, arena, list);
	int index = (int)if_nametoindex(network->host_link);
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = enforce_network_knobs(list, count, network->door_where, why);

	if (!error)
		error = enforce_network_read(&found, network->door_where, why);
	if (!error)
		error = enforce_netlink_open(&netlink, network->door_where, why);
	if (!error)
		error = enforce_network_link_up(&netlink, index, why);
	if (!error && !enforce_network_has(&found, host_address(network, arena)))
		error = enforce_network_link_address(&netlink, index, network->host4, why);
	if (!error && !enforce_network_has(&found, no_route(plan, arena)))
		error = enforce_network_route(&netlink,
			&(struct enforce_network_route){.to = network->prefix4,
				.family = AF_INET,
				.nowhere = metric(plan->stack)},
			why);
	for (int i = 0; !error && i <= enforce_door_wide(plan); i++) {
		const struct enforce_network_route given = {
			.to = i ? network->prefix6 : network->prefix4,
			.family = i ? AF_INET6 : AF_INET,
			.index = index,
			.source = i ? NULL : network->host4};

		if (!enforce_network_has(&found, host_route(network, i, arena)))
			error = enforce_network_route(&netlink, &given, why);
	}
	return error ? error : enforce_netlink_flush(&netlink, why);
}

/* Added first, since there may be none to delete. */
static int load_table(const struct plan *plan, struct fault *why)
{
	scoped(memory) char *rules = enforce_network_rules_host(plan), *text = NULL;

	if (!rules || asprintf(&text,
			      "add table inet " NETWORK_HOST_TABLE
			      "\ndelete table inet " NETWORK_HOST_TABLE "\n%s",
			      plan->stack, plan->stack, rules) < 0)
		return fault(
			why, -ENOMEM, plan->network.door_where, "no memory for the host's rules");
	return enforce_nft_load(text, "host's table", plan->network.door_where, why);
}

/* Rules first: there is no way before they hold.  And nobody is led there before there is one. */
int enforce_network_door(const struct plan *plan, int router_network, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines found = {.arena = arena};
	int error = enforce_network_read(&found, plan->network.door_where, why);

	if (!error)
		error = check_routes(plan, &found, why);
	if (!error)
		error = load_table(plan, why);
	if (!error)
		error = join_router(plan, router_network, why);
	if (!error)
		error = join_host(plan, arena, why);
	return error ? error : enforce_door_connect(plan, why);
}

/* Whatever its prefix was. */
static int route_away(const char *stack, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines found = {.arena = arena};
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = enforce_network_read(&found, (struct where){0}, why);

	if (!error)
		error = enforce_netlink_open(&netlink, (struct where){0}, why);
	for (size_t i = 0; !error && i < found.count; i++) {
		char prefix[64];
		unsigned number;

		if (sscanf(found.texts[i], "route unreachable %63s metric %u table 254 family 2",
			    prefix, &number) == 2 &&
			number == metric(stack))
			error = enforce_network_route_away(&netlink,
				&(struct enforce_network_route){
					.to = prefix, .family = AF_INET, .nowhere = number},
				why);
	}
	return error ? error : enforce_netlink_flush(&netlink, why);
}

static int table_away(const char *stack, struct fault *why)
{
	scoped(memory) char *text = NULL;

	if (asprintf(&text,
		    "add table inet " NETWORK_HOST_TABLE "\ndelete table inet " NETWORK_HOST_TABLE
		    "\n",
		    stack, stack) < 0)
		return fault(why, -ENOMEM, (struct where){0}, "no memory for the host's rules");
	return enforce_nft_load(text, "removal of the host's table", (struct where){0}, why);
}

/* What can go goes; the first that cannot is the fault. */
int enforce_network_door_away(const char *stack, struct fault *why)
{
	int error = enforce_door_connect_away(stack, why);
	int other = route_away(stack, error ? NULL : why);

	error = error ? error : other;
	other = table_away(stack, error ? NULL : why);
	return error ? error : other;
}

/* What the host has besides is not looked at. */
static int verify_lines(
	const struct plan *plan, const struct enforce_network_lines *found, struct fault *why)
{
	const struct plan_network *network = &plan->network;
	const char *planned[] = {arena_printf(found->arena, "link %s up", network->host_link),
		host_address(network, found->arena), no_route(plan, found->arena),
		host_route(network, false, found->arena),
		enforce_door_wide(plan) ? host_route(network, true, found->arena) : NULL};

	for (size_t i = 0; i < 5 && planned[i]; i++)
		if (!enforce_network_has(found, planned[i])) {
			fault(why, -ESTALE, network->door_where, "the host lacks '%s'", planned[i]);
			return 1;
		}
	return check_routes(plan, found, why) ? 1 : 0;
}

int enforce_network_door_verify(const struct plan *plan, struct fault *why)
{
	struct where where = plan->network.door_where;
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines found = {.arena = arena};
	struct enforce_network_knob list[KNOBS];
	size_t count = knobs(plan, arena, list);
	const char *table = arena_printf(arena, NETWORK_HOST_TABLE, plan->stack);
	scoped(memory) char *rules = enforce_network_rules_host(plan);
	int answer = enforce_network_compare_rules(rules, table, where, why);

	if (!answer)
		answer = enforce_network_read(&found, where, why);
	if (!answer)
		answer = verify_lines(plan, &found, why);
	if (!answer)
		answer = enforce_network_knobs_verify(list, count, where, why);
	return answer ? answer : enforce_door_connect_verify(plan, why);
}
