/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The tables of a small stack, as text, and that they are the plan's and nothing else. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "enforce/network_link.h"
#include "enforce/network_rules.h"
#include "plan/plan.h"
#include "system/network_stack.h"

static void compare_with(const char *golden, const char *text)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *path =
		arena_printf(arena, "%s/tests/golden/%s", getenv("BULKHEAD_SOURCE"), golden);
	const char *expected = "";

	assert_non_null(text);
	assert_true(descriptor_read(AT_FDCWD, path, 1 << 20, arena, &expected) > 0);
	assert_string_equal(text, expected);
}

static void the_router_holds_every_edge(void **state)
{
	scoped(memory) char *text = enforce_network_rules_router(&network_plan);

	(void)state;
	compare_with("network-router.nft", text);
}

static void a_service_holds_its_own_edges(void **state)
{
	scoped(memory) char *web =
		enforce_network_rules_service(&network_plan, &network_plan.services[WEB]);
	scoped(memory) char *api =
		enforce_network_rules_service(&network_plan, &network_plan.services[API]);
	scoped(memory) char *db =
		enforce_network_rules_service(&network_plan, &network_plan.services[DB]);

	(void)state;
	compare_with("network-api.nft", api);
	compare_with("network-web.nft", web);
	compare_with("network-db.nft", db);
}

/* Before it is refused, what no edge allows is recorded, in both kinds of tables; audit mode lets
 * it through instead. */
static void what_no_edge_allows_is_recorded(void **state)
{
	static struct plan_audit audits[] = {{.layer = LAYER_NETWORK}};
	static const char record[] = "update @went4 { ip daddr . meta l4proto . th dport counter }";
	struct plan_service audited = network_plan.services[API];

	(void)state;
	audited.audits = audits;
	audited.audit_count = 1;
	for (int i = WEB; i <= DB; i++) {
		scoped(memory) char *text =
			enforce_network_rules_service(&network_plan, &network_plan.services[i]);
		const char *at = strstr(text, record);

		assert_non_null(at);
		assert_null(strstr(at, "accept\n\t\tmeta l4proto tcp reject"));
		assert_non_null(strstr(at, "meta l4proto tcp reject with tcp reset"));
	}
	scoped(memory) char *text = enforce_network_rules_service(&network_plan, &audited);
	const char *at = strstr(text, record);
	assert_non_null(at);
	assert_non_null(strstr(at, "\t\tmeta l4proto { tcp, udp } accept\n\t\tmeta l4proto tcp"));
}

/* What is over a limit is counted by its line, and refused, dropped or let through. */
static void over_a_limit_is_counted(void **state)
{
	static struct plan_budget budgets[] = {{.from = "api",
		.number = 1,
		.new_connections = 3,
		.new_seconds = 60,
		.connections = 9}};
	static struct plan_edge edges[] = {
		{.from = "api", .to = "db", .transport = PLAN_TCP, .port = 5432, .budget = 1}};
	static const char *const ends[] = {" goto refused\n", " drop\n", "\n"};
	scoped(arena) struct arena *arena = arena_new();
	struct plan plan = network_plan;

	(void)state;
	plan.budgets = budgets;
	plan.budget_count = 1;
	plan.edges = edges;
	plan.edge_count = 1;
	for (int way = 0; way < 3; way++) {
		budgets[0].drop = way == 1;
		budgets[0].alert = way == 2;
		scoped(memory) char *text =
			enforce_network_rules_service(&plan, &plan.services[API]);
		assert_non_null(strstr(text, arena_printf(arena,
						     "burst 3 packets counter name "
						     "\"over1_new\"%s",
						     ends[way])));
		assert_non_null(strstr(
			text, arena_printf(arena, "ct count over 9 counter name \"over1_count\"%s",
				      ends[way])));
	}
}

/* Taking one edge away changes its elements alone. */
static void an_edge_is_its_elements(void **state)
{
	struct plan plan = network_plan;
	scoped(memory) char *with = enforce_network_rules_router(&plan);
	scoped(memory) char *without = NULL;

	(void)state;
	plan.edge_count--;
	without = enforce_network_rules_router(&plan);
	assert_non_null(strstr(with, "198.18.4.2 . 198.18.4.4 . udp . 53"));
	assert_null(strstr(without, "udp . 53"));
	assert_non_null(strstr(without, "198.18.4.3 . 198.18.4.4 . tcp . 5432"));
}

/* `gateway: nat`: a table in the host, and a link more for the router and for who publishes. */
static void a_door_is_in_the_host(void **state)
{
	struct plan plan = network_plan;

	(void)state;
	plan.network.host_link = "bh-shop";
	plan.network.host4 = "198.18.4.254";
	plan.edge_count--; /* that by datagrams */
	scoped(memory) char *host = enforce_network_rules_host(&plan);
	scoped(memory) char *relayed = enforce_network_rules_router(&network_plan);
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	scoped(memory) char *web = enforce_network_rules_service(&plan, &plan.services[WEB]);
	scoped(memory) char *db = enforce_network_rules_service(&plan, &plan.services[DB]);
	compare_with("network-host.nft", host);
	assert_null(strstr(relayed, NETWORK_DOOR_LINK));
	assert_non_null(strstr(between, "iifname \"h0\" ip saddr != 198.18.4.0/24 accept"));
	assert_non_null(strstr(between, "iifname \"h0\" ip daddr . meta l4proto . th dport @doors4 "
					"accept"));
	assert_non_null(strstr(between, "198.18.4.254 . 198.18.4.2 . tcp . 443"));
	assert_non_null(strstr(web, "ip saddr 198.18.4.254 tcp dport 443 goto door443"));
	assert_non_null(strstr(web, "ip daddr 198.18.4.254 tcp sport 443 tcp flags & (syn | ack) "
				    "!= syn counter name \"door443_sent\" accept"));
	assert_null(strstr(db, "198.18.4.254"));
}

/* What the router remembers for a service, at its door and for the outlet, has a limit. */
static void the_router_remembers_so_much_for_each(void **state)
{
	static struct plan_host_edge host_edges[] = {{.from = "api", .port = 25}};
	struct plan plan = network_plan;

	(void)state;
	plan.network.host_link = "bh-shop";
	plan.network.host4 = "198.18.4.254";
	plan.host_edges = host_edges;
	plan.host_edge_count = 1;
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	scoped(memory) char *without = enforce_network_rules_router(&network_plan);
	const char *outlet = strstr(between, "iifname \"s2\" meta l4proto tcp ct count over 8192 "
					     "reject with tcp reset");
	const char *door = strstr(between, "iifname \"h0\" ip6 daddr fd62:6b68::2 meta l4proto tcp "
					   "ct count over 8192 reject with tcp reset");
	assert_non_null(outlet);
	assert_non_null(door);
	/* Before it is let in. */
	assert_non_null(strstr(outlet, "@edges4 accept"));
	assert_non_null(strstr(door, "@doors4 accept"));
	assert_null(strstr(without, "ct count"));
}

/* Of doors of the loopback nothing is translated, and no connection followed. */
static void a_door_of_the_loopback_has_guards_alone(void **state)
{
	struct plan plan = network_plan;

	(void)state;
	plan.network.host_link = "bh-shop";
	plan.network.host4 = "198.18.4.254";
	plan.publishes += 2;
	plan.publish_count -= 2;
	scoped(memory) char *host = enforce_network_rules_host(&plan);
	compare_with("network-host-loopback.nft", host);
}

/* One port of both transports: each has its counters, and of datagrams what answers is known by
 * what the kernel follows. */
static void a_door_of_datagrams_is_beside_that_of_connections(void **state)
{
	static struct plan_source near[] = {{.range = "10.0.0.0/8"}};
	static struct plan_publish doors[] = {
		{.service = "api", .port = 443, .host_port = 443, .address = "0.0.0.0"},
		{.service = "api",
			.transport = PLAN_UDP,
			.port = 443,
			.host_port = 443,
			.address = "0.0.0.0",
			.sources = near,
			.source_count = 1},
	};
	struct plan plan = network_plan;

	(void)state;
	plan.publishes = doors;
	plan.publish_count = 2;
	plan.edge_count = 2; /* none by datagrams */
	plan.network.host_link = "bh-shop";
	plan.network.host4 = "198.18.4.254";
	assert_true(enforce_rules_follows(&plan, &plan.services[API]));
	assert_false(enforce_rules_follows(&plan, &plan.services[DB]));
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);
	assert_non_null(strstr(api, "\tcounter door443_begun {"));
	assert_non_null(strstr(api, "\tcounter datagrams443_begun {"));
	assert_non_null(strstr(api, "\tchain datagrams443 {\n\t\tcounter name "
				    "\"datagrams443_begun\"\n\t\taccept\n"));
	assert_non_null(strstr(api, "ip saddr { 10.0.0.0/8 } ip saddr != 198.18.4.0/24 udp dport "
				    "443 goto datagrams443"));
	assert_non_null(strstr(api, "ip saddr != 198.18.4.0/24 tcp dport 443 goto door443"));
	assert_null(strstr(api, "udp sport 443"));
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	assert_non_null(strstr(between, "198.18.4.3 . udp . 443"));
	/* This machine's own clients are led there by connections alone. */
	assert_null(strstr(between, "198.18.4.254 . 198.18.4.3 . udp"));
	scoped(memory) char *host = enforce_network_rules_host(&plan);
	assert_non_null(strstr(host, "fib daddr type local ip saddr { 10.0.0.0/8 } udp dport 443 "
				     "dnat ip to 198.18.4.3:443"));
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

/* Ranges of all doors of a port together, those within others left out: the kernel takes none that
 * overlap. */
static void a_door_lets_its_ranges_in(void **state)
{
	static struct plan_source first[] = {{.range = "10.0.0.0/8"}, {.range = "2001:db8::/32"}},
				  second[] = {{.range = "10.1.0.0/16"}, {.range = "192.0.2.1"},
					  {.range = "10.0.0.0/8"}};
	static struct plan_publish doors[] = {
		{.service = "web",
			.port = 443,
			.host_port = 443,
			.address = "0.0.0.0",
			.sources = first,
			.source_count = 2},
		{.service = "web",
			.port = 443,
			.host_port = 8443,
			.address = "127.0.0.1",
			.sources = second,
			.source_count = 3},
		{.service = "web", .port = 80, .host_port = 80, .address = "127.0.0.1"},
	};
	struct plan plan = network_plan;

	(void)state;
	plan.publishes = doors;
	plan.network.host_link = "bh-shop";
	plan.network.host4 = "198.18.4.254";
	scoped(memory) char *web = enforce_network_rules_service(&plan, &plan.services[WEB]);
	assert_non_null(strstr(web, "ip saddr { 10.0.0.0/8, 192.0.2.1 } ip saddr != 198.18.4.0/24 "
				    "tcp dport 443 goto door443"));
	assert_non_null(strstr(web, "ip6 saddr { 2001:db8::/32 } ip6 saddr != fd62:6b68::/64 tcp "
				    "dport 443 goto door443"));
	assert_int_equal(count_of(web, "saddr != 198.18.4.0/24 tcp dport 443 goto door443"), 1);
	/* Another port is for everybody, and so is this one when one of its doors is. */
	assert_non_null(strstr(web, "\t\tip saddr != 198.18.4.0/24 tcp dport 80 goto door80"));
	scoped(memory) char *host = enforce_network_rules_host(&plan);
	assert_non_null(strstr(host, "fib daddr type local ip saddr { 10.0.0.0/8 } tcp dport 443"));
	doors[1].source_count = 0;
	scoped(memory) char *open = enforce_network_rules_service(&plan, &plan.services[WEB]);
	assert_null(strstr(open, "10.0.0.0/8"));
	/* Who counts is the gateway. */
	doors[0].per_source = 5;
	scoped(memory) char *counted = enforce_network_rules_host(&plan);
	assert_null(strstr(counted, "dport 443"));
}

/* api's line to db: api's table counts, before what is established is let through. */
static void a_line_is_counted_by_who_connects(void **state)
{
	static struct plan_budget line[] = {{.from = "api",
		.number = 1,
		.new_connections = 20,
		.new_seconds = 60,
		.bytes = 7200,
		.byte_seconds = 3600,
		.where = {"shop.yaml", 9, 5}}};
	struct plan_edge edges[3];
	struct plan plan = network_plan;

	(void)state;
	memcpy(edges, plan.edges, sizeof(edges));
	edges[1].budget = 1;
	plan.edges = edges;
	plan.budgets = line;
	plan.budget_count = 1;
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);
	scoped(memory) char *web = enforce_network_rules_service(&plan, &plan.services[WEB]);
	assert_non_null(strstr(api, "set line1_4 {\n\t\ttype ipv4_addr . inet_proto . "
				    "inet_service\n\t\telements = {\n\t\t\t198.18.4.4 . tcp . "
				    "5432 }"));
	assert_non_null(
		strstr(api, "limit bucket1 {\n\t\trate over 2 bytes/second burst 7200 bytes"));
	assert_int_equal(
		count_of(api, "limit name \"bucket1\" counter name \"over1_bytes\" goto "), 2);
	assert_non_null(strstr(api, "limit rate over 20/minute burst 20 packets counter name "
				    "\"over1_new\" goto refused"));
	assert_non_null(strstr(api, "th sport @line1_4 jump came1"));
	assert_non_null(
		strstr(api, "th dport @line1_6 tcp flags & (syn | ack) == syn jump begin1"));
	assert_null(strstr(api, "ct state"));
	assert_null(strstr(web, "line1"));
	line[0].connections = 3;
	line[0].drop = true;
	scoped(memory) char *followed = enforce_network_rules_service(&plan, &plan.services[API]);
	const char *packets = strstr(followed, "th dport @line1_4 jump went1"),
		   *begin = strstr(followed, "th dport @line1_4 jump begin1");
	assert_non_null(packets);
	assert_non_null(begin);
	assert_non_null(strstr(packets, "ct state established"));
	assert_null(strstr(begin, "ct state established"));
	assert_non_null(strstr(followed, "ct count over 3 counter name \"over1_count\" drop"));
}

/* It waits at both ends of api's link, and the router gives it the class that api's table gives it:
 * in hexadecimal, as both read it. */
static void a_line_with_a_bandwidth_has_a_class(void **state)
{
	enum { LINES = 12 };
	struct plan_budget lines[LINES];
	struct plan_edge edges[3];
	struct plan plan = network_plan;

	(void)state;
	for (size_t i = 0; i < LINES; i++)
		lines[i] = (struct plan_budget){
			.from = "api", .number = (uint32_t)i + 1, .connections = 1};
	lines[LINES - 1] =
		(struct plan_budget){.from = "api", .number = LINES, .bandwidth = 8000000};
	memcpy(edges, plan.edges, sizeof(edges));
	edges[1].budget = LINES;
	plan.edges = edges;
	plan.budgets = lines;
	plan.budget_count = LINES;
	scoped(memory) char *api = enforce_network_rules_service(&plan, &plan.services[API]);
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	assert_non_null(strstr(api, "th dport @line12_4 meta priority set 1:c\n"));
	assert_null(strstr(api, "chain went12"));
	const char *given = strstr(between, "oifname \"s2\" ip saddr . meta l4proto . th sport "
					    "@s2_line12_4 meta priority set 1:c\n");
	assert_non_null(given);
	assert_non_null(strstr(given, "ct state untracked accept"));
	assert_non_null(strstr(between, "set s2_line12_6"));
	assert_null(strstr(between, "set s2_line11_6"));
}

/* TCP says itself who asks: its connections are followed only where something else wants it. */
static void connections_are_followed_where_it_takes_that(void **state)
{
	struct plan_audit audits[] = {{LAYER_NETWORK, {"shop.yaml", 1, 1}}};
	struct plan_edge edges[8];
	struct plan_service services[SERVICES];
	struct plan plan = network_plan;

	(void)state;
	assert_true(plan.edge_count <= 8);
	memcpy(edges, plan.edges, plan.edge_count * sizeof(*edges));
	memcpy(services, plan.services, sizeof(services));
	plan.services = services;
	plan.edges = edges;
	scoped(memory) char *api = enforce_network_rules_service(&plan, &services[API]);
	scoped(memory) char *db = enforce_network_rules_service(&plan, &services[DB]);
	assert_null(strstr(api, " ct "));
	assert_null(strstr(api, "\tct "));
	assert_non_null(strstr(db, "ct state established"));
	services[API].audits = audits;
	services[API].audit_count = 1;
	scoped(memory) char *audited = enforce_network_rules_service(&plan, &services[API]);
	assert_non_null(strstr(audited, "ct state established"));
	services[API].audit_count = 0;
	for (size_t i = 0; i < plan.edge_count; i++)
		if (edges[i].transport == PLAN_TCP && !strcmp(edges[i].from, "api")) {
			edges[i].at = "127.0.0.1";
			edges[i].at_port = edges[i].port;
		}
	scoped(memory) char *at = enforce_network_rules_service(&plan, &services[API]);
	assert_non_null(strstr(at, "ct status & dnat == 0"));
}

/* Two in audit mode: what no edge allows passes both, and their tables keep it. */
static void audit_mode_records_and_lets_through(void **state)
{
	struct plan_audit audits[] = {{LAYER_NETWORK, {"shop.yaml", 1, 1}}};
	struct plan_service services[SERVICES];
	struct plan plan = network_plan;

	(void)state;
	memcpy(services, plan.services, sizeof(services));
	plan.services = services;
	services[WEB].audits = services[API].audits = audits;
	services[WEB].audit_count = services[API].audit_count = 1;
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	scoped(memory) char *web = enforce_network_rules_service(&plan, &services[WEB]);
	scoped(memory) char *db = enforce_network_rules_service(&plan, &services[DB]);
	assert_non_null(strstr(between, "set audited {\n\t\ttype ifname\n"));
	assert_non_null(strstr(between, "iifname @audited oifname @audited"));
	/* Recorded and accepted before anything is refused, in both directions. */
	const char *went =
		strstr(web, "update @went4 { ip daddr . meta l4proto . th dport counter }");
	const char *came =
		strstr(web, "update @came6 { ip6 saddr . meta l4proto . th dport counter }");
	assert_non_null(came);
	assert_non_null(went);
	assert_true(strstr(came, "accept") < strstr(came, "reject"));
	assert_true(strstr(went, "accept") < strstr(went, "reject"));
	assert_null(strstr(db, "meta l4proto { tcp, udp } accept"));
	compare_with("network-db.nft", db);
}

/* Published, a port is open already; asked twice, it is opened once. */
static void a_probe_opens_its_port_once(void **state)
{
	struct plan_service services[SERVICES];
	struct plan plan = network_plan;

	(void)state;
	memcpy(services, plan.services, sizeof(services));
	services[WEB].life.ready = (struct plan_probe){.kind = PLAN_PROBE_HTTP, .port = 443};
	services[API].life.ready = (struct plan_probe){.kind = PLAN_PROBE_PORT, .port = 3000};
	services[API].life.healthy = services[API].life.ready;
	plan.services = services;
	scoped(memory) char *between = enforce_network_rules_router(&plan);
	scoped(memory) char *web = enforce_network_rules_service(&plan, &services[WEB]);
	scoped(memory) char *web_before =
		enforce_network_rules_service(&plan, &network_plan.services[WEB]);
	scoped(memory) char *api = enforce_network_rules_service(&plan, &services[API]);
	assert_string_equal(web, web_before);
	const char *rule = strstr(api, "ip saddr 198.18.4.1 tcp dport 3000 accept");
	assert_non_null(rule);
	assert_null(strstr(rule + 1, "ip saddr 198.18.4.1 tcp dport 3000 accept"));
	const char *asked = strstr(between, "\t198.18.4.3 . tcp . 3000");
	assert_non_null(asked);
	assert_null(strstr(asked + 1, "\t198.18.4.3 . tcp . 3000"));
}

/* What a service is asked otherwise, or without a link, is nobody's way in. */
static void other_probes_open_nothing(void **state)
{
	struct plan_service services[SERVICES];
	struct plan plan = network_plan;
	scoped(memory) char *before = enforce_network_rules_router(&plan);

	(void)state;
	memcpy(services, plan.services, sizeof(services));
	services[API].life.ready = (struct plan_probe){.kind = PLAN_PROBE_NOTIFY, .port = 1};
	services[API].life.healthy = (struct plan_probe){.kind = PLAN_PROBE_COMMAND, .port = 2};
	services[WORKER].life.ready = (struct plan_probe){.kind = PLAN_PROBE_PORT, .port = 3};
	plan.services = services;
	scoped(memory) char *after = enforce_network_rules_router(&plan);
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_router_holds_every_edge),
		cmocka_unit_test(a_service_holds_its_own_edges),
		cmocka_unit_test(a_door_is_in_the_host),
		cmocka_unit_test(the_router_remembers_so_much_for_each),
		cmocka_unit_test(a_door_of_the_loopback_has_guards_alone),
		cmocka_unit_test(a_door_lets_its_ranges_in),
		cmocka_unit_test(a_door_of_datagrams_is_beside_that_of_connections),
		cmocka_unit_test(a_line_is_counted_by_who_connects),
		cmocka_unit_test(a_line_with_a_bandwidth_has_a_class),
		cmocka_unit_test(connections_are_followed_where_it_takes_that),
		cmocka_unit_test(audit_mode_records_and_lets_through),
		cmocka_unit_test(what_no_edge_allows_is_recorded),
		cmocka_unit_test(over_a_limit_is_counted),
		cmocka_unit_test(an_edge_is_its_elements),
		cmocka_unit_test(a_probe_opens_its_port_once),
		cmocka_unit_test(other_probes_open_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
