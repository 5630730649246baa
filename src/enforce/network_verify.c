/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network.h"
#include "enforce/network_budget.h"
#include "enforce/network_compare.h"
#include "enforce/network_knobs.h"
#include "enforce/network_link.h"
#include "enforce/network_loopback.h"
#include "enforce/network_read.h"
#include "enforce/network_routes.h"
#include "enforce/network_rules.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_space.h"
#include "plan/plan.h"

static void expect_address(
	struct enforce_network_lines *lines, const char *link, const char *address)
{
	enforce_network_line(
		lines, "address %s %s/%d", link, address, strchr(address, ':') ? 128 : 32);
}

static void expect_route(
	struct enforce_network_lines *lines, const char *to, const char *link, int family)
{
	enforce_network_line(lines, "route %s/%d dev %s table %u family %d", to ? to : "default",
		!to                  ? 0
		: family == AF_INET6 ? 128
				     : 32,
		link, RT_TABLE_MAIN, family);
}

static void expect_routes(
	struct enforce_network_lines *lines, const struct plan_service *to, const char *link)
{
	expect_route(lines, to ? to->address4 : NULL, link, AF_INET);
	expect_route(lines, to ? to->address6 : NULL, link, AF_INET6);
}

/* What every namespace has: loopback, and the kernel's own rules. */
static void expect_common(struct enforce_network_lines *lines)
{
	enforce_network_line(lines, "link lo up");
	enforce_network_line(lines, "address lo 127.0.0.1/8");
	enforce_network_line(lines, "address lo ::1/128");
	enforce_network_line(lines, "rule 0 mark 0 table %d family %d", RT_TABLE_LOCAL, AF_INET);
	enforce_network_line(lines, "rule 32766 mark 0 table %d family %d", RT_TABLE_MAIN, AF_INET);
	enforce_network_line(
		lines, "rule 32767 mark 0 table %d family %d", RT_TABLE_DEFAULT, AF_INET);
	enforce_network_line(lines, "rule 0 mark 0 table %d family %d", RT_TABLE_LOCAL, AF_INET6);
	enforce_network_line(
		lines, "rule 32766 mark 0 table %d family %d", RT_TABLE_MAIN, AF_INET6);
}

/* What has no other way goes nowhere, or out by the door if it is no address of the stack. */
static void expect_door(struct enforce_network_lines *lines, const struct plan *plan,
	const struct enforce_network_lines *found)
{
	const struct plan_network *network = &plan->network;
	const char *line = arena_printf(lines->arena, "link " NETWORK_DOOR_LINK " up");

	/* It is made when the gateway serves. */
	if (!network->host_link || !enforce_network_has(found, line)) {
		expect_routes(lines, NULL, NETWORK_NOWHERE_LINK);
		return;
	}
	enforce_network_line(lines, "%s", line);
	expect_routes(lines, NULL, NETWORK_DOOR_LINK);
	expect_route(lines, network->host4, NETWORK_DOOR_LINK, AF_INET);
	enforce_network_line(lines, "route %s dev " NETWORK_NOWHERE_LINK " table %u family %d",
		network->prefix4, RT_TABLE_MAIN, AF_INET);
	enforce_network_line(lines, "route %s dev " NETWORK_NOWHERE_LINK " table %u family %d",
		network->prefix6, RT_TABLE_MAIN, AF_INET6);
}

/* Only links that are there are expected: a service that is down has none. */
static void expect_router(struct enforce_network_lines *lines, const struct plan *plan,
	const struct enforce_network_lines *found)
{
	int families[] = {AF_INET, AF_INET6};

	expect_common(lines);
	expect_address(lines, "lo", plan->network.router4);
	expect_address(lines, "lo", plan->network.router6);
	enforce_network_line(lines, "link " NETWORK_NOWHERE_LINK " up");
	enforce_network_line(lines, "link " NETWORK_SERVICE_LINK " down");
	expect_door(lines, plan, found);
	for (int i = 0; i < 2; i++) {
		enforce_network_line(lines, "rule %d mark %d table %d family %d", NETWORK_PRIORITY,
			NETWORK_MARK, NETWORK_TABLE, families[i]);
		enforce_network_line(lines, "route local default/0 dev lo table %d family %d",
			NETWORK_TABLE, families[i]);
	}
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];
		char name[NETWORK_LINK_NAME];
		const char *line;

		enforce_network_link_name(service->link, name);
		line = arena_printf(lines->arena, "link %s up", name);
		if (!service->linked || !enforce_network_has(found, line))
			continue;
		enforce_network_line(lines, "%s", line);
		expect_routes(lines, service, name);
		enforce_network_expect_shape(lines, plan, service, name);
	}
}

static void expect_service(struct enforce_network_lines *lines, const struct plan *plan,
	const struct plan_service *service)
{
	const struct plan_service router = {
		.address4 = plan->network.router4, .address6 = plan->network.router6};
	scoped(arena) struct arena *arena = arena_new();
	const bool *peers = enforce_network_all_peers(plan, service, arena);

	expect_common(lines);
	if (!service->linked)
		return;
	enforce_network_line(lines, "link " NETWORK_SERVICE_LINK " up");
	enforce_network_expect_shape(lines, plan, service, NETWORK_SERVICE_LINK);
	expect_address(lines, NETWORK_SERVICE_LINK, service->address4);
	expect_address(lines, NETWORK_SERVICE_LINK, service->address6);
	for (size_t i = 0; i < plan->service_count; i++)
		if (peers[i])
			expect_routes(lines, &plan->services[i], NETWORK_SERVICE_LINK);
	expect_routes(lines, service->default_route ? NULL : &router, NETWORK_SERVICE_LINK);
	if (enforce_network_loopback(plan, service, true))
		enforce_network_line(lines, "route local ::1/128 dev %s table %d family %d",
			NETWORK_SERVICE_LINK, RT_TABLE_LOCAL, AF_INET6);
}

static int verify_localnet(
	const struct plan *plan, const struct plan_service *service, struct fault *why)
{
	const struct enforce_network_knob knob =
		enforce_network_localnet(enforce_network_loopback(plan, service, false));

	return enforce_network_knobs_verify(&knob, 1, service->where, why);
}

int enforce_network_verify_router(const struct plan *plan, int router_network, struct fault *why)
{
	struct where where = plan->network.where;
	scoped(memory) char *rules = enforce_network_rules_router(plan);
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines planned = {.arena = arena}, found = {.arena = arena};
	scoped(visit) int home = enforce_network_visit(router_network, where, why);
	int answer = home < 0 ? home : enforce_network_compare_rules(rules, NULL, where, why);

	if (!answer)
		answer = enforce_network_knobs_verify(enforce_network_router_knobs,
			enforce_network_router_knob_count, where, why);
	if (!answer)
		answer = enforce_network_read(&found, where, why);
	if (answer)
		return answer;
	expect_router(&planned, plan, &found);
	answer = enforce_network_lines_compare(&planned, &found, where, why);
	if (!answer && plan->network.host_link)
		answer = enforce_shortcut_verify_door(plan, why);
	for (size_t i = 0; !answer && i < plan->service_count; i++)
		if (plan->services[i].linked)
			answer = enforce_shortcut_verify(plan, &plan->services[i], why);
	return answer;
}

int enforce_network_verify_service(
	const struct plan *plan, const struct plan_service *service, int network, struct fault *why)
{
	struct where where = service->where;
	scoped(memory) char *rules = enforce_network_rules_service(plan, service);
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_network_lines planned = {.arena = arena}, found = {.arena = arena};
	size_t knob_count;
	const struct enforce_network_knob *knobs =
		enforce_network_service_knobs(service, &knob_count);
	scoped(visit) int home = enforce_network_visit(network, where, why);
	int answer = home < 0 ? home : 0;

	if (!answer && service->linked)
		answer = enforce_network_compare_rules(rules, NULL, where, why);
	if (!answer)
		answer = enforce_network_knobs_verify(knobs, knob_count, where, why);
	if (!answer && service->linked)
		answer = verify_localnet(plan, service, why);
	if (!answer)
		answer = enforce_network_read(&found, where, why);
	if (answer)
		return answer;
	expect_service(&planned, plan, service);
	return enforce_network_lines_compare(&planned, &found, where, why);
}
