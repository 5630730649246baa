/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/host.h"
#include "sketch.h"

static const char pair[] =
	"  a: {role: bare, command: daemon, listens: [80, 90-92, 53/udp], publishes: {80: "
	"\"127.0.0.1:8080\"}}\n"
	"  b: {role: bare, command: daemon, connects: [a:91, a:53/udp]}\n"
	"  silent: {role: bare, command: daemon}\n";

static void who_speaks_has_a_link_and_addresses_of_the_stack(void **state)
{
	struct sketch sketch = sketch_plan_top(
		"addresses: {ipv4: 198.18.7.0/24, ipv6: \"fd00:1::/64\"}\n", pair, false);
	const struct plan *plan = sketch.plan;
	const struct plan_service *a = plan_service(plan, "a"), *b = plan_service(plan, "b");
	const struct plan_service *silent = plan_service(plan, "silent");

	(void)state;
	assert_string_equal(plan->network.prefix4, "198.18.7.0/24");
	assert_string_equal(plan->network.router4, "198.18.7.1");
	assert_string_equal(plan->network.router6, "fd00:1::1");
	assert_int_equal(plan->network.router_id, 1001);
	assert_int_equal(plan->network.gateway_id, 1002);
	assert_int_equal(plan->network.supervisor_id, 1009);
	assert_string_equal(a->address4, "198.18.7.2");
	assert_string_equal(b->address4, "198.18.7.3");
	assert_string_equal(b->address6, "fd00:1::3");
	assert_true(a->linked && b->linked);
	assert_false(silent->linked);
	assert_null(silent->address4);
	/* Answers to clients of a published port go to the router. */
	assert_true(a->default_route);
	assert_false(b->default_route);
	sketch_free(&sketch);
}

static void edges_and_ports_are_those_of_the_policy(void **state)
{
	struct sketch sketch = sketch_plan(pair, false);
	const struct plan *plan = sketch.plan;
	const struct plan_service *a = plan_service(plan, "a");

	(void)state;
	assert_int_equal(plan->edge_count, 2);
	assert_string_equal(plan->edges[0].from, "b");
	assert_string_equal(plan->edges[0].to, "a");
	assert_int_equal(plan->edges[0].port, 91);
	assert_int_equal(plan->edges[1].transport, PLAN_UDP);
	assert_int_equal(plan->edges[0].listen.line, a->listens[1].where.line);
	assert_int_equal(plan->edges[0].listen.column, a->listens[1].where.column);
	assert_int_equal(a->listen_count, 3);
	assert_int_equal(a->listens[1].first, 90);
	assert_int_equal(a->listens[1].last, 92);
	assert_int_equal(plan->publish_count, 1);
	assert_string_equal(plan->publishes[0].address, "127.0.0.1");
	assert_int_equal(plan->publishes[0].host_port, 8080);
	/* Landlock: each TCP port, and no UDP. */
	assert_int_equal(a->landlock.port_count, 4);
	sketch_free(&sketch);
}

/* The same name gives the same addresses everywhere, within the range that no site routes. */
static void addresses_follow_from_the_name_of_the_stack(void **state)
{
	struct sketch one = sketch_plan(pair, false), two = sketch_plan(pair, true);
	struct in_addr address;

	(void)state;
	assert_string_equal(one.plan->network.prefix4, two.plan->network.prefix4);
	assert_string_equal(one.plan->network.prefix6, two.plan->network.prefix6);
	assert_int_equal(inet_pton(AF_INET, one.plan->network.router4, &address), 1);
	assert_int_equal(ntohl(address.s_addr) & 0xfffe0000, 198u << 24 | 18u << 16);
	assert_memory_equal(one.plan->network.prefix6, "fd", 2);
	sketch_free(&one);
	sketch_free(&two);
}

static void a_large_stack_gets_a_larger_range_or_says_that_it_needs_one(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *text = "";

	(void)state;
	for (int i = 0; i < 254; i++)
		text = arena_printf(
			arena, "%s  s%d: {role: bare, command: daemon, listens: [1]}\n", text, i);
	struct sketch sketch = sketch_plan(text, false);
	assert_non_null(strstr(sketch.plan->network.prefix4, "/20"));
	sketch_free(&sketch);
	sketch = sketch_plan_top("addresses: {ipv4: 198.18.7.0/24}\n", text, false);
	assert_true(
		sketch_says(&sketch, REPORT_ERROR, "198.18.7.0/24 has no room for 254 services"));
	sketch_free(&sketch);
}

/* Whatever range the policy gives, addresses are within it. */
static void a_range_that_the_policy_gives_is_kept_to(void **state)
{
	static const char range[] =
		"addresses: {ipv4: 198.18.7.64/28, ipv6: \"fd00:1::5:0/112\"}\n";
	static const char more[] =
		"  c: {role: bare, command: daemon, listens: [1], instances: 12}\n";
	scoped(arena) struct arena *arena = arena_new();
	struct sketch sketch = sketch_plan_top(range, pair, false);
	const struct plan *plan = sketch.plan;

	(void)state;
	assert_int_equal(report_count(sketch.report, REPORT_ERROR), 0);
	assert_string_equal(plan->network.prefix4, "198.18.7.64/28");
	assert_string_equal(plan->network.router4, "198.18.7.65");
	assert_string_equal(plan_service(plan, "b")->address4, "198.18.7.67");
	assert_string_equal(plan->network.prefix6, "fd00:1::5:0/112");
	assert_string_equal(plan->network.router6, "fd00:1::5:1");
	assert_string_equal(plan_service(plan, "b")->address6, "fd00:1::5:3");
	sketch_free(&sketch);
	/* With a router and both ends, fifteen services are eighteen: who has no link yet may get
	 * one. */
	sketch = sketch_plan_top(range, arena_printf(arena, "%s%s", pair, more), false);
	assert_true(
		sketch_says(&sketch, REPORT_ERROR, "198.18.7.64/28 has no room for 15 services"));
	sketch_free(&sketch);
	sketch = sketch_plan_top("addresses: {ipv6: \"fd00:1::/48\"}\n", pair, false);
	assert_string_equal(sketch.plan->network.prefix6, "fd00:1::/64");
	sketch_free(&sketch);
}

/* An interface has room for fifteen characters, and the host's table for any name. */
static void a_door_has_a_link_named_as_the_stack(void **state)
{
	static const char door[] = "  a:\n    role: bare\n    command: daemon\n    listens: [80]\n"
				   "    publishes: {80: 127.0.0.1}\n";
	struct sketch sketch = sketch_plan(door, false);

	(void)state;
	assert_null(sketch.plan->network.host_link);
	sketch_free(&sketch);
	sketch = sketch_plan_top("gateway: nat\naddresses: {ipv4: 198.18.7.0/24}\n", door, false);
	assert_int_equal(strncmp(sketch.plan->network.host_link, "bh-", 3), 0);
	assert_true(strlen(sketch.plan->network.host_link) < 16);
	assert_string_equal(sketch.plan->network.host4, "198.18.7.254");
	sketch_free(&sketch);
}

static const char sockets[] =
	"  a:\n    role: bare\n    command: daemon\n    user: web\n"
	"    listens: [{unix: /run/a/one.sock, group: shared}, {unix: /run/a/two.sock, group: "
	"shared}, {unix: /run/b+c/s}]\n"
	"  b:\n    role: bare\n    command: daemon\n    user: db\n    groups: [%s]\n"
	"    connects: [\"a:unix:/run/a/two.sock\"]\n";

static void a_socket_has_a_folder_that_both_sides_see(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), sockets, "shared");
	struct sketch sketch = sketch_plan(text, false);
	const struct plan *plan = sketch.plan;
	const struct plan_service *a = plan_service(plan, "a"), *b = plan_service(plan, "b");

	assert_int_equal(plan->socket_folder_count, 2);
	assert_string_equal(plan->socket_folders[0].name, "a+run+a");
	assert_string_equal(plan->socket_folders[1].name, "a+run+b%2bc");
	assert_int_equal(plan->socket_folders[0].uid, 33);
	assert_int_equal(plan->socket_folders[0].gid, 500);
	assert_int_equal(plan->socket_folders[1].gid, 33);
	assert_int_equal(sketch_node(a, "/run/a")->kind, PLAN_SOCKETS);
	assert_false(sketch_node(a, "/run/a")->read_only);
	assert_true(sketch_node(b, "/run/a")->read_only);
	assert_null(sketch_node(b, "/run/b+c"));
	assert_string_equal(plan->edges[0].folder, "a+run+a");
	assert_int_equal(report_count(sketch.report, REPORT_WARNING), 0);
	/* No network is needed for it. */
	assert_false(a->linked || b->linked);
	sketch_free(&sketch);
}

static void who_cannot_pass_the_folder_is_told(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), sockets, "db");
	struct sketch sketch = sketch_plan(text, false);
	assert_true(sketch_says(
		&sketch, REPORT_WARNING, "'b' runs as db, which is not of the group of /run/a"));
	sketch_free(&sketch);
}

static const char *only_hint(const struct sketch *sketch)
{
	size_t count;
	const struct report_entry *entries = report_entries(sketch->report, &count);

	assert_int_equal(count, 1);
	return entries[0].hint;
}

/* The group of a service without a user is one of its own, which no policy can name. */
static void and_told_what_can_be_typed(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), sockets, "db");
	struct sketch sketch = sketch_plan(text, false);
	assert_non_null(strstr(only_hint(&sketch), "(group: db)"));
	sketch_free(&sketch);
	sketch = sketch_plan("  a: {role: bare, command: daemon, user: web, listens: [{unix: "
			     "/run/a/s, group: shared}]}\n"
			     "  b: {role: bare, command: daemon, connects: "
			     "[\"a:unix:/run/a/s\"]}\n",
		false);
	assert_non_null(strstr(only_hint(&sketch), "give 'b' a `user`"));
	sketch_free(&sketch);
}

/* Where an old program looks, and where an old daemon waits; instances share the place. */
static void old_configuration_is_in_the_plan(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, instances: 2, listens: [{port: 80, at: "
		"127.0.0.1}]}\n"
		"  b: {role: bare, command: daemon, connects: [{to: a:80, at: 127.0.0.1:8080}]}\n",
		false);
	const struct plan *plan = sketch.plan;

	(void)state;
	assert_string_equal(plan_service(plan, "a.2")->listens[0].at, "127.0.0.1");
	assert_int_equal(plan->edge_count, 2);
	for (size_t i = 0; i < plan->edge_count; i++) {
		assert_string_equal(plan->edges[i].at, "127.0.0.1");
		assert_int_equal(plan->edges[i].at_port, 8080);
	}
	assert_int_equal(plan->host_edge_count, 0);
	assert_int_equal(plan->network.outlet_id, 0);
	sketch_free(&sketch);
}

/* A kernel that does not translate: the stack cannot start, at the line that asks for it. */
static void a_place_on_a_loopback_needs_the_kernel(void **state)
{
	static const struct {
		const char *services;
		unsigned line; /* 0: nothing asks */
	} cases[] = {
		{"  a: {role: bare, command: daemon, listens: [80]}\n"
		 "  b: {role: bare, command: daemon, connects: [a:80]}\n",
			0},
		{"  a: {role: bare, command: daemon, listens: [80]}\n"
		 "  b: {role: bare, command: daemon, connects: [{to: a:80, at: 127.0.0.1:80}]}\n",
			5},
		{"  a: {role: bare, command: daemon, listens: [{port: 80, at: 127.0.0.1}]}\n", 4},
		{"  a: {role: bare, command: daemon, connects: [{to: host:80, why: outside, owner: "
		 "shop, at: 127.0.0.1:80}]}\n",
			4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sketch sketch = sketch_plan(cases[i].services, false);

		assert_int_equal(sketch.plan->gap_count, 0);
		sketch.host->features[HOST_LOOPBACK_NAT].state = HOST_NO;
		const struct plan *plan =
			plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
		assert_int_equal(plan->gap_count, cases[i].line ? 1 : 0);
		if (cases[i].line) {
			assert_string_equal(plan->gaps[0].feature, "loopback-nat");
			assert_true(plan->gaps[0].required);
			assert_int_equal(plan->gaps[0].where.line, cases[i].line);
		}
		sketch_free(&sketch);
	}
}

/* What a line says of how much is the edges' that it names, whatever else is the same. */
static void a_budget_is_its_edges(void **state)
{
	static const char *const cases[] = {
		"connects: [{to: a:80, bytes: 1MB/h}, a:81]",
		"connects: [a:80, {to: a:81, bytes: 1MB/h}]",
		"connects: [{to: a:80-81, bytes: 1MB/h}]",
		"connects: [a:80, a:81]",
	};
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };
	struct sketch sketches[CASES];

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		char text[200];

		snprintf(text, sizeof(text),
			"  a: {role: bare, command: daemon, listens: [80-81]}\n"
			"  b: {role: bare, command: daemon, %s}\n",
			cases[i]);
		sketches[i] = sketch_plan(text, false);
		assert_int_equal(sketches[i].plan->edge_count, 2);
		assert_int_equal(sketches[i].plan->budget_count, i < 3);
		for (size_t j = 0; j < i; j++) {
			assert_false(plan_same(sketches[i].plan, sketches[j].plan));
			assert_false(plan_same_network(sketches[i].plan, sketches[j].plan));
		}
	}
	for (size_t i = 0; i < CASES; i++)
		sketch_free(&sketches[i]);
}

/* A door of the loopback needs no host that translates or forwards. */
static void a_door_needs_what_leads_to_it(void **state)
{
	static const enum host_feature each[] = {
		HOST_DOOR_CONNECT, HOST_DOOR_NAT, HOST_FORWARDING4, HOST_FORWARDING6};
	static const struct {
		const char *address;
		unsigned gaps; /* one bit each */
	} cases[] = {{"127.0.0.1", 1}, {"0.0.0.0", 1 | 2 | 4}, {"10.0.0.1", 1 | 2 | 4},
		{"\"[::1]\"", 1}, {"\"[::]\"", 1 | 2 | 8}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[160];

		snprintf(text, sizeof(text),
			"  a:\n    role: bare\n    command: daemon\n    listens: [80]\n"
			"    publishes: {80: %s}\n",
			cases[i].address);
		struct sketch sketch = sketch_plan_top("gateway: nat\n", text, false);
		unsigned found = 0;

		for (size_t j = 0; j < 4; j++)
			sketch.host->features[each[j]].state = HOST_NO;
		const struct plan *plan =
			plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
		for (size_t j = 0; j < plan->gap_count; j++)
			for (size_t k = 0; k < 4; k++)
				if (text_equal(plan->gaps[j].feature, host_features[each[k]].name))
					found |= 1u << k;
		assert_int_equal(found, cases[i].gaps);
		sketch_free(&sketch);
	}
}

static void the_host_is_an_edge_of_another_kind(void **state)
{
	static const char text[] =
		"  a: {role: bare, command: daemon, instances: 2, connects: [{to: "
		"host:3306, why: outside, owner: shop, at: 127.0.0.1:3307}]}\n";
	struct sketch sketch = sketch_plan(text, false);
	const struct plan *plan = sketch.plan;

	(void)state;
	assert_int_equal(plan->edge_count, 0);
	assert_int_equal(plan->host_edge_count, 2);
	assert_string_equal(plan->host_edges[1].from, "a.2");
	assert_int_equal(plan->host_edges[1].port, 3306);
	assert_string_equal(plan->host_edges[1].why, "outside");
	assert_int_equal(plan->host_edges[1].at_port, 3307);
	assert_int_equal(plan->host_edges[1].where.line, 4);
	assert_int_equal(plan->network.outlet_id, 1010);
	assert_true(plan_service(plan, "a.1")->linked);
	assert_false(plan_service(plan, "a.1")->default_route);
	assert_int_equal(plan->gap_count, 0);
	/* Without what holds the outlet there is none. */
	sketch.host->features[HOST_CGROUP_PORTS].state = HOST_NO;
	plan = plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	size_t required = 0;
	for (size_t i = 0; i < plan->gap_count; i++)
		required += plan->gaps[i].required && plan->gaps[i].layer == LAYER_NETWORK;
	assert_int_equal(required, 1);
	sketch_free(&sketch);
}

/* A port is one of TCP or of UDP, also where it leaves the stack, and who carries datagrams needs
 * what holds it. */
static void datagrams_leave_and_come_in(void **state)
{
	static const char text[] =
		"  a: {role: bare, command: daemon, listens: [53, 53/udp], publishes: {53/udp: "
		"192.0.2.1}, connects: [\n"
		"    {to: \"192.0.2.0/24:123/udp\", why: x}, {to: \"host:8125/udp\", why: y},\n"
		"    {to: \"192.0.2.0/24:123\", why: x}, {to: \"host:8125\", why: y}]}\n"
		"  b: {role: bare, command: daemon, connects: [a:53]}\n";
	struct sketch sketch = sketch_plan(text, false);
	const struct plan *plan = sketch.plan;
	const struct plan_service *a = plan_service(plan, "a"), *b = plan_service(plan, "b");

	(void)state;
	assert_int_equal(plan->publish_count, 1);
	assert_int_equal(plan->publishes[0].transport, PLAN_UDP);
	assert_int_equal(plan->outside_count, 2);
	assert_int_equal(plan->outsides[0].transport, PLAN_UDP);
	assert_int_equal(plan->outsides[1].transport, PLAN_TCP);
	assert_int_equal(plan->host_edge_count, 2);
	assert_int_equal(plan->host_edges[0].transport, PLAN_UDP);
	assert_int_equal(plan->host_edges[1].transport, PLAN_TCP);
	assert_true(plan_publishes_datagrams(plan));
	assert_true(plan_leaves_by_datagrams(plan, NULL) && plan_leaves_by_datagrams(plan, a));
	assert_true(plan_sends_datagrams(plan, a));
	assert_false(plan_leaves_by_datagrams(plan, b) || plan_sends_datagrams(plan, b));
	assert_int_equal(plan->gap_count, 0);
	sketch.host->features[HOST_CGROUP_PORTS].state = HOST_NO;
	plan = plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	size_t required = 0;
	for (size_t i = 0; i < plan->gap_count; i++)
		required += plan->gaps[i].required && plan->gaps[i].layer == LAYER_NETWORK;
	assert_int_equal(required, 2);
	sketch_free(&sketch);
}

static void who_is_outside_is_a_range_or_a_name(void **state)
{
	static const char top[] = "resolver: {upstream: [192.0.2.53]}\n";
	static const char text[] =
		"  a: {role: bare, command: daemon, connects: [\n"
		"    {to: \"192.0.2.128/25:443\", why: x}, {to: \"[2001:DB8::/32]:80-90\", why: "
		"y},\n"
		"    {to: \"API.example.com:443\", why: z, owner: shop},\n"
		"    {to: \"*.example.com:8443\", why: z}]}\n"
		"  b: {role: bare, command: daemon, connects: [{to: \"192.0.2.1:443\", why: x}]}\n";
	struct sketch sketch = sketch_plan_top(top, text, false);
	const struct plan *plan = sketch.plan;
	const struct plan_service *a = plan_service(plan, "a"), *b = plan_service(plan, "b");

	(void)state;
	assert_int_equal(plan->outside_count, 5);
	assert_string_equal(plan->outsides[0].range, "192.0.2.128/25");
	assert_null(plan->outsides[0].name);
	assert_string_equal(plan->outsides[1].range, "2001:db8::/32");
	assert_int_equal(plan->outsides[1].first, 80);
	assert_int_equal(plan->outsides[1].last, 90);
	assert_string_equal(plan->outsides[2].name, "api.example.com");
	assert_null(plan->outsides[2].range);
	assert_int_equal(plan->outsides[2].where.line, 7);
	assert_string_equal(plan->outsides[3].name, "*.example.com");
	assert_string_equal(plan->outsides[4].from, "b");
	assert_true(a->default_route && b->default_route);
	assert_true(plan_asks_names(plan, a));
	assert_false(plan_asks_names(plan, b));
	assert_true(plan_leaves(plan));
	assert_int_equal(plan->upstream_count, 1);
	assert_string_equal(plan->upstreams[0].address, "192.0.2.53");
	assert_int_equal(plan->upstreams[0].where.line, 3);
	assert_true(plan->network.resolver_id && plan->network.outlet_id);
	sketch_free(&sketch);
}

static void names_are_asked_of_the_machines_servers(void **state)
{
	static const char text[] = "  a: {role: bare, command: daemon, connects: [{to: "
				   "\"api.example.com:443\", why: x}]}\n";
	const char *servers[] = {"127.0.0.53", "2001:db8::53"};
	struct sketch sketch = sketch_plan(text, true);

	(void)state;
	/* None: nothing can be answered. */
	assert_int_equal(report_count(sketch.report, REPORT_NOTE), 1);
	sketch.host->name_servers = servers;
	sketch.host->name_server_count = 2;
	const struct plan *plan =
		plan_build(sketch.policy, sketch.host, false, sketch.arena, sketch.report);
	assert_int_equal(plan->upstream_count, 2);
	assert_string_equal(plan->upstreams[1].address, "2001:db8::53");
	assert_int_equal(plan->upstreams[0].where.line, 4);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_speaks_has_a_link_and_addresses_of_the_stack),
		cmocka_unit_test(edges_and_ports_are_those_of_the_policy),
		cmocka_unit_test(addresses_follow_from_the_name_of_the_stack),
		cmocka_unit_test(a_range_that_the_policy_gives_is_kept_to),
		cmocka_unit_test(a_door_has_a_link_named_as_the_stack),
		cmocka_unit_test(a_large_stack_gets_a_larger_range_or_says_that_it_needs_one),
		cmocka_unit_test(a_socket_has_a_folder_that_both_sides_see),
		cmocka_unit_test(who_cannot_pass_the_folder_is_told),
		cmocka_unit_test(and_told_what_can_be_typed),
		cmocka_unit_test(old_configuration_is_in_the_plan),
		cmocka_unit_test(a_place_on_a_loopback_needs_the_kernel),
		cmocka_unit_test(a_budget_is_its_edges),
		cmocka_unit_test(a_door_needs_what_leads_to_it),
		cmocka_unit_test(the_host_is_an_edge_of_another_kind),
		cmocka_unit_test(datagrams_leave_and_come_in),
		cmocka_unit_test(who_is_outside_is_a_range_or_a_name),
		cmocka_unit_test(names_are_asked_of_the_machines_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
