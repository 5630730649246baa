/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who may go where outside, by his address; and what the same lines say in nftables. */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/network_names.h"
#include "enforce/network_rules.h"
#include "enforce/network_rules_part.h"
#include "gateway/address.h"
#include "gateway/way.h"
#include "plan/plan.h"

static struct plan_service services[] = {
	{.name = "a", .linked = true, .link = 1, .address4 = "10.1.0.2", .address6 = "fd01::2"},
	{.name = "b", .linked = true, .link = 2, .address4 = "10.1.0.3", .address6 = "fd01::3"},
};
static struct plan_host_edge hosts[] = {
	{.from = "b", .port = 3306}, {.from = "a", .transport = PLAN_UDP, .port = 8125}};
static struct plan_outside outsides[] = {
	{.from = "b", .range = "192.0.2.1", .first = 5432, .last = 5432},
	{.from = "a", .range = "0.0.0.0/0", .first = 443, .last = 443},
	{.from = "a", .range = "192.0.2.0/24", .first = 9300, .last = 9400},
	{.from = "a", .range = "::/0", .first = 443, .last = 443},
	{.from = "b", .range = "169.254.0.0/16", .first = 80, .last = 80},
	{.from = "b", .range = "169.254.170.2", .first = 81, .last = 81},
	{.from = "a", .range = "192.0.2.7", .transport = PLAN_UDP, .first = 123, .last = 125},
};
static const struct plan plan = {
	.stack = "ways",
	.services = services,
	.service_count = 2,
	.host_edges = hosts,
	.host_edge_count = 2,
	.outsides = outsides,
	.outside_count = sizeof(outsides) / sizeof(outsides[0]),
	.network = {.prefix4 = "10.1.0.0/24",
		.prefix6 = "fd01::/64",
		.router4 = "10.1.0.1",
		.router6 = "fd01::1"},
};

static union gateway_address address(const char *text, unsigned port)
{
	union gateway_address made;

	assert_true(gateway_address_set(&made, text, port) > 0);
	return made;
}

static void each_service_goes_where_its_own_lines_lead(void **state)
{
	static const struct {
		const char *client, *to;
		unsigned port;
		bool leads, datagrams;
	} rows[] = {
		{"10.1.0.2", "203.0.113.1", 443, true},
		{"10.1.0.2", "203.0.113.1", 444, false},
		{"10.1.0.2", "192.0.2.255", 9300, true},
		{"10.1.0.2", "192.0.2.255", 9400, true},
		{"10.1.0.2", "192.0.2.255", 9401, false},
		{"10.1.0.2", "192.0.3.0", 9300, false},
		{"10.1.0.2", "192.0.2.1", 5432, false},
		{"10.1.0.3", "192.0.2.1", 5432, true},
		{"10.1.0.3", "192.0.2.2", 5432, false},
		{"10.1.0.3", "203.0.113.1", 443, false},
		{"10.1.0.4", "203.0.113.1", 443, false},
		{"fd01::2", "2001:db8::1", 443, true},
		{"fd01::3", "2001:db8::1", 443, false},
		/* What a wide range does not mean. */
		{"10.1.0.2", "127.0.0.1", 443, false},
		{"10.1.0.2", "0.0.0.0", 443, false},
		{"10.1.0.2", "10.1.0.3", 443, false},
		{"10.1.0.2", "198.19.255.255", 443, false},
		{"10.1.0.2", "198.20.0.0", 443, true},
		{"10.1.0.2", "169.254.169.254", 443, false},
		{"10.1.0.2", "255.255.255.255", 443, false},
		{"fd01::2", "::1", 443, false},
		{"fd01::2", "::ffff:203.0.113.1", 443, false},
		{"fd01::2", "fd01::3", 443, false},
		{"fd01::2", "fe80::1", 443, false},
		{"fd01::2", "fd00:ec2::254", 443, false},
		/* Unless it is named: the link is not yet the metadata on it. */
		{"10.1.0.3", "169.254.1.1", 80, true},
		{"10.1.0.3", "169.254.169.254", 80, false},
		{"10.1.0.3", "169.254.170.2", 81, true},
		/* By datagrams there are lines of their own. */
		{"10.1.0.2", "192.0.2.7", 123, true, true},
		{"10.1.0.2", "192.0.2.7", 125, true, true},
		{"10.1.0.2", "192.0.2.7", 126, false, true},
		{"10.1.0.2", "192.0.2.7", 123, false},
		{"10.1.0.2", "192.0.2.8", 123, false, true},
		{"10.1.0.3", "192.0.2.7", 123, false, true},
		{"10.1.0.2", "203.0.113.1", 443, false, true},
		{"10.1.0.3", "192.0.2.1", 5432, false, true},
	};
	scoped(arena) struct arena *arena = arena_new();
	const struct gateway_ways *ways = gateway_ways(&plan, arena);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const union gateway_address client = address(rows[i].client, 40000);
		const union gateway_address to = address(rows[i].to, rows[i].port);

		const enum plan_transport transport = rows[i].datagrams ? PLAN_UDP : PLAN_TCP;

		if ((gateway_way_outside(ways, transport, &client, &to) == WAY_OPEN) !=
			rows[i].leads)
			fail_msg("row %zu: %s to %s:%u", i, rows[i].client, rows[i].to,
				rows[i].port);
	}
}

static void a_port_of_the_host_is_not_one_outside(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct gateway_ways *ways = gateway_ways(&plan, arena);
	const union gateway_address a = address("10.1.0.2", 1), b = address("10.1.0.3", 1);
	const union gateway_address wide = address("fd01::3", 1), router = address("10.1.0.1", 5);
	const union gateway_address router6 = address("fd01::1", 5),
				    loopback = address("127.0.0.1", 3306);

	(void)state;
	assert_true(gateway_way_host(ways, PLAN_TCP, &b, 3306));
	assert_true(gateway_way_host(ways, PLAN_TCP, &wide, 3306));
	assert_false(gateway_way_host(ways, PLAN_TCP, &a, 3306));
	assert_false(gateway_way_host(ways, PLAN_TCP, &b, 3307));
	assert_false(gateway_way_host(ways, PLAN_TCP, &b, 5432));
	assert_false(gateway_way_host(ways, PLAN_UDP, &b, 3306));
	assert_true(gateway_way_host(ways, PLAN_UDP, &a, 8125));
	assert_false(gateway_way_host(ways, PLAN_TCP, &a, 8125));
	assert_int_equal(gateway_way_outside(ways, PLAN_TCP, &b, &loopback), WAY_NONE);
	assert_true(gateway_way_router(ways, &router) && gateway_way_router(ways, &router6));
	assert_false(gateway_way_router(ways, &a));
}

/* So that one service does not take the places of another. */
static void each_service_has_a_number(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct gateway_ways *ways = gateway_ways(&plan, arena);
	const union gateway_address a = address("10.1.0.2", 1), again = address("10.1.0.2", 9);
	const union gateway_address b = address("10.1.0.3", 1), wide = address("fd01::2", 1);

	(void)state;
	assert_int_equal(gateway_way_number(ways, &a), gateway_way_number(ways, &again));
	assert_int_not_equal(gateway_way_number(ways, &a), gateway_way_number(ways, &b));
	assert_int_not_equal(gateway_way_number(ways, &a), gateway_way_number(ways, &wide));
	assert_true(gateway_way_number(ways, &a) < gateway_way_count(ways));
	assert_true(gateway_way_number(ways, &b) < gateway_way_count(ways));
	assert_true(gateway_way_number(ways, &wide) < gateway_way_count(ways));
}

static void holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void the_tables_say_the_same(void **state)
{
	scoped(memory) char *router = enforce_network_rules_router(&plan);
	scoped(memory) char *service = enforce_network_rules_service(&plan, &services[0]);
	static const char world[] =
		"ip daddr != { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 100.100.100.200, "
		"168.63.129.16, 192.0.0.192, 198.18.0.0/15, 224.0.0.0/4, 240.0.0.0/4, 10.1.0.0/24 "
		"} tcp dport "
		"443 ";

	(void)state;
	/* What they count by is made of the line (unit/enforce/network_counted.c). */
	holds(service, "\t\tip daddr 192.0.2.0/24 tcp dport 9300-9400 ct mark ");
	holds(service,
		"\t\tip saddr 192.0.2.0/24 tcp sport 9300-9400 tcp flags & (syn | ack) != syn "
		"ct mark set ");
	holds(service, world);
	/* Of datagrams what is asked; answers are those of what is established. */
	holds(service, "\t\tip daddr 192.0.2.7 udp dport 123-125 ct mark ");
	assert_null(strstr(service, "udp sport 123"));
	holds(service, "10.1.0.1 . udp . 8125");
	holds(router, "10.1.0.2 . 10.1.0.1 . udp . 8125");
	holds(router, "\t\tip daddr 192.0.2.7 udp dport 123-125 accept\n");
	holds(service, "\t\tmeta nfproto ipv6 ip6 daddr != {");
	assert_null(strstr(service, "192.0.2.1"));
	holds(router, world);
	holds(router, "ip daddr 169.254.0.0/16 ip daddr != { 169.254.169.254, 169.254.170.2 } tcp "
		      "dport 80 "
		      "accept\n");
	holds(router, " : jump outside_");
}

static void holds_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

/* Two lines of one name have one set; another service has its own. */
static void a_name_is_a_set_that_fills_and_empties(void **state)
{
	struct plan_outside lines[] = {
		{.from = "a", .name = "api.example.com", .first = 443, .last = 443},
		{.from = "a", .name = "api.example.com", .first = 80, .last = 81},
		{.from = "a", .name = "*.example.com", .first = 443, .last = 443},
		{.from = "b", .name = "api.example.com", .first = 443, .last = 443},
	};
	struct plan named = plan;
	struct plan_ranges ranges;
	char name[NETWORK_NAME_SET];

	(void)state;
	named.outsides = lines;
	named.outside_count = 4;
	named.network.resolver_id = 1234;
	scoped(memory) char *service = enforce_network_rules_service(&named, &services[0]);
	scoped(memory) char *router = enforce_network_rules_router(&named);
	holds(service, "\tset s1/api.example.com/4 {\n\t\ttype ipv4_addr\n\t\tsize 8192\n\t\tflags "
		       "timeout\n");
	holds(service, "\tset s1/any/example.com/6 {\n\t\ttype ipv6_addr\n");
	for (int i = 1; i < 3; i++) {
		const uint32_t number = enforce_rules_outside_number(&named, &lines[i]);
		char rule[128];

		snprintf(rule, sizeof(rule), "%s ct mark %" PRIu32 " goto outside%" PRIu32 "\n",
			i == 1 ? "ip daddr @s1/api.example.com/4 tcp dport 80-81"
			       : "ip6 daddr @s1/any/example.com/6 tcp dport 443",
			number, number);
		holds(service, rule);
	}
	holds(service, "ct state established,related accept\n");
	holds(service, "ip daddr 10.1.0.1 udp dport 53 accept\n");
	holds_not(service, "s2/");
	holds(router, "ip daddr @s2/api.example.com/4 tcp dport 443 accept\n");
	holds(router, "iifname @asking ip daddr 10.1.0.1 udp dport 53 accept\n");
	/* A name that is longer than the name of a set may be has one all the same. */
	char longest[254];
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	lines[0].name = longest;
	assert_true(enforce_rules_name_set(&named, &lines[0], true, name));
	assert_true(strlen(name) < 220);
	assert_false(enforce_rules_name_set(&named, &outsides[0], true, name));
	/* And no special address. */
	assert_true(plan_outside_ranges(&named, &lines[1], AF_INET, &ranges));
	assert_int_equal(ranges.range.bits, 0);
	assert_true(ranges.special_count > 5);
}

static void a_name_that_tls_says_is_asked_for(void **state)
{
	struct plan_outside lines[] = {
		{.from = "a", .name = "api.example.com", .first = 443, .last = 443, .tls = true},
		{.from = "a", .name = "*.cdn.net", .first = 443, .last = 443, .tls = true},
		{.from = "a", .range = "192.0.2.0/24", .first = 443, .last = 443},
		{.from = "b", .name = "b.example.com", .first = 443, .last = 443, .tls = true},
	};
	struct plan named = plan;
	scoped(arena) struct arena *arena = arena_new();
	const union gateway_address a = address("10.1.0.2", 1), other = address("203.0.113.1", 443);
	const union gateway_address open = address("192.0.2.1", 443),
				    special = address("127.0.0.1", 443);

	(void)state;
	named.outsides = lines;
	named.outside_count = 4;
	const struct gateway_ways *ways = gateway_ways(&named, arena);
	assert_int_equal(gateway_way_outside(ways, PLAN_TCP, &a, &other), WAY_NAMED);
	assert_int_equal(gateway_way_outside(ways, PLAN_TCP, &a, &open), WAY_OPEN);
	assert_int_equal(gateway_way_outside(ways, PLAN_TCP, &a, &special), WAY_NONE);
	assert_true(gateway_way_named(ways, &a, 443, "api.example.com"));
	assert_true(gateway_way_named(ways, &a, 443, "x.cdn.net"));
	assert_false(gateway_way_named(ways, &a, 444, "api.example.com"));
	assert_false(gateway_way_named(ways, &a, 443, "x.x.cdn.net"));
	assert_false(gateway_way_named(ways, &a, 443, "cdn.net"));
	assert_false(gateway_way_named(ways, &a, 443, ".cdn.net"));
	assert_false(gateway_way_named(ways, &a, 443, "b.example.com"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_service_goes_where_its_own_lines_lead),
		cmocka_unit_test(a_port_of_the_host_is_not_one_outside),
		cmocka_unit_test(each_service_has_a_number),
		cmocka_unit_test(the_tables_say_the_same),
		cmocka_unit_test(a_name_is_a_set_that_fills_and_empties),
		cmocka_unit_test(a_name_that_tls_says_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
