/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The graph outside a stack: what its lines have carried, by which name an address was asked for,
 * and whom gateway, outlet and host have turned away. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/net.h"
#include "base/arena.h"
#include "base/scoped.h"
#include "plan/traffic.h"

#define AT(number)                                                                                 \
	{                                                                                          \
		"shop.yaml", number, 5                                                             \
	}

static struct plan_service services[] = {
	{.name = "web",
		.base = "web",
		.where = AT(5),
		.address4 = "198.18.4.2",
		.address6 = "fd00::2"},
	{.name = "mail",
		.base = "mail",
		.where = AT(20),
		.address4 = "198.18.4.3",
		.address6 = "fd00::3"},
};
static struct plan_outside outsides[] = {
	{.from = "web", .range = "10.0.0.0/8", .first = 80, .last = 89, .where = AT(10)},
	{.from = "web",
		.name = "api.example.com",
		.first = 443,
		.last = 443,
		.budget = 1,
		.where = AT(11)},
	{.from = "web", .range = "10.1.0.0/16", .first = 22, .last = 22, .where = AT(12)},
};
static struct plan_budget budgets[] = {
	{.from = "web", .bytes = 1000, .byte_seconds = 1, .bytes_where = AT(11), .where = AT(11)}};
static struct plan_source sources[] = {{.range = "192.0.2.0/24", .where = AT(15)}};
static struct plan_publish publishes[] = {{.service = "web",
	.port = 443,
	.host_port = 443,
	.address = "0.0.0.0",
	.sources = sources,
	.source_count = 1,
	.per_source = 3,
	.per_source_where = AT(16),
	.where = AT(14)}};
static const struct plan plan = {.stack = "shop",
	.network = {.router4 = "198.18.4.1",
		.router6 = "fd00::1",
		.prefix4 = "198.18.4.0/24",
		.prefix6 = "fd00::/64"},
	.services = services,
	.service_count = 2,
	.outsides = outsides,
	.outside_count = 3,
	.budgets = budgets,
	.budget_count = 1,
	.publishes = publishes,
	.publish_count = 1};

#define COUNTED(kind_of, line, packets_of, bytes_of)                                               \
	{                                                                                          \
		.kind = PLAN_TRAFFIC_OUTSIDE_##kind_of, .layer = PLAN_TRAFFIC_TABLE,               \
		.service = "web", .outside = (line), .packets = (packets_of), .bytes = (bytes_of), \
		.ago = -1                                                                          \
	}
#define REFUSED(kind_of, layer_of, who, other_end, port_of)                                        \
	.kind = PLAN_TRAFFIC_REFUSED_##kind_of, .layer = PLAN_TRAFFIC_##layer_of,                  \
	.service = (who), .address = (other_end), .port = (port_of), .packets = 2, .ago = 9

static struct plan_traffic_item items[] = {
	COUNTED(BEGUN, 2, 3, 180),
	COUNTED(SENT, 2, 9, 900),
	COUNTED(RECEIVED, 2, 9, 9000),
	COUNTED(BEGUN, 1, 0, 0),
	COUNTED(SENT, 1, 0, 0),
	{.kind = PLAN_TRAFFIC_NAMED, .service = "web", .address = "203.0.113.7", .outside = 2},
	{.kind = PLAN_TRAFFIC_OVER,
		.layer = PLAN_TRAFFIC_TABLE,
		.service = "web",
		.budget = 1,
		.over = PLAN_OVER_BYTES,
		.packets = 5,
		.ago = -1},
	{REFUSED(OUT, LABELS, "web", "203.0.113.7", 22)},
	{REFUSED(OUT, TABLE, "web", "203.0.113.7", 443)},
	{REFUSED(OUT, LABELS, "mail", "203.0.113.7", 443)},
	{REFUSED(OUT, LABELS, "web", "10.1.2.3", 9000)},
	{REFUSED(OUT, LABELS, "web", "10.1.2.3", 22)},
	{REFUSED(OUT, OUTLET, "web", "10.9.9.9", 80)},
	{REFUSED(SOURCE, GATEWAY, "web", "198.51.100.1", 443), .publish = 1},
	{REFUSED(COUNT, GATEWAY, "web", "192.0.2.9", 443), .publish = 1},
	{REFUSED(HELLO, OUTLET, "web", "203.0.113.7", 443), .name = "b.example.com"},
	{REFUSED(HELLO, OUTLET, "web", "203.0.113.8", 443)},
	{REFUSED(IN, HOST, "web", "198.18.4.3", 22), .other = PLAN_TRAFFIC_THE_WORLD},
	{REFUSED(IN, HOST, "mail", "198.18.4.254", 22), .other = PLAN_TRAFFIC_THE_HOST},
	{REFUSED(IN, HOST, NULL, "198.51.100.1", 23), .other = PLAN_TRAFFIC_THE_WORLD},
	{REFUSED(OUT, HOST, "web", "203.0.113.99", 25)},
};
static const struct plan_traffic traffic = {
	.items = items, .count = sizeof(items) / sizeof(items[0])};

static const struct analyze_net_edge *edge_to(const struct analyze_net *net, const char *to)
{
	for (size_t i = 0; i < net->edge_count; i++)
		if (strcmp(net->edges[i].to, to) == 0)
			return &net->edges[i];
	fail_msg("no edge to %s", to);
	return NULL;
}

static const struct analyze_net_denial *denial_of(const struct analyze_net *net, const char *from,
	const char *address, const char *port, const char *layer)
{
	for (size_t i = 0; i < net->denial_count; i++) {
		const struct analyze_net_denial *denial = &net->denials[i];

		if (strcmp(denial->from, from) == 0 && strcmp(denial->port, port) == 0 &&
			strcmp(denial->layer, layer) == 0 &&
			(!address || (denial->address && strcmp(denial->address, address) == 0)))
			return denial;
	}
	fail_msg("no denial of %s, %s port %s by %s", from, address, port, layer);
	return NULL;
}

static void assert_line(
	const struct analyze_net_denial *denial, const char *key, const char *item, unsigned line)
{
	assert_int_equal(denial->line_count, 1);
	assert_string_equal(denial->lines[0].service, "web");
	assert_string_equal(denial->lines[0].key, key);
	if (item)
		assert_string_equal(denial->lines[0].item, item);
	else
		assert_null(denial->lines[0].item);
	assert_int_equal(denial->lines[0].where.line, line);
}

static void a_line_has_what_it_carried(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_edge *name = edge_to(net, "api.example.com");
	const struct analyze_net_denial *over = NULL;

	(void)state;
	assert_true(name->counted && name->measured);
	assert_string_equal(name->port, "443");
	assert_int_equal(name->connections, 3);
	assert_int_equal(name->sent, 900);
	assert_int_equal(name->received, 9000);
	assert_int_equal(name->over, 5);
	assert_true(edge_to(net, "10.0.0.0/8")->counted);
	assert_int_equal(edge_to(net, "10.0.0.0/8")->connections, 0);
	assert_string_equal(edge_to(net, "10.0.0.0/8")->port, "80-89");
	/* Its service does not run. */
	assert_false(edge_to(net, "10.1.0.0/16")->counted);
	assert_int_equal(edge_to(net, "web")->over, 2);
	for (size_t i = 0; i < net->denial_count; i++)
		if (strcmp(net->denials[i].reason, "over bytes") == 0)
			over = &net->denials[i];
	assert_non_null(over);
	assert_string_equal(over->to, "api.example.com");
	assert_string_equal(over->port, "443");
}

static void an_address_is_told_by_the_name_that_it_was_asked_by(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *port =
		denial_of(net, "web", "203.0.113.7", "22", "labels");
	const struct analyze_net_denial *early =
		denial_of(net, "web", "203.0.113.7", "443", "own table");

	(void)state;
	assert_string_equal(port->name, "api.example.com");
	assert_string_equal(port->reason, "port not declared");
	assert_int_equal(port->where.line, 11);
	assert_line(port, "connects", "{to: \"api.example.com:22\", why: WHAT FOR}", 12);
	assert_string_equal(analyze_net_end(port, port->to), "api.example.com");
	assert_string_equal(early->reason, "not asked for by its name then");
	assert_int_equal(early->where.line, 11);
	assert_int_equal(early->line_count, 0);
	/* Another service was told of no name. */
	assert_null(denial_of(net, "mail", "203.0.113.7", "443", "labels")->name);
	assert_string_equal(
		denial_of(net, "mail", "203.0.113.7", "443", "labels")->reason, "not declared");
}

static void a_range_with_other_ports_names_its_line(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *port = denial_of(net, "web", "10.1.2.3", "9000", "labels");

	(void)state;
	assert_string_equal(port->reason, "port not declared");
	/* The narrower of two. */
	assert_int_equal(port->where.line, 12);
	assert_line(port, "connects", "{to: \"10.1.2.3:9000\", why: WHAT FOR}", 12);
	assert_string_equal(
		denial_of(net, "web", "10.1.2.3", "22", "labels")->reason, "declared since");
	assert_string_equal(denial_of(net, "web", "10.9.9.9", "80", "outlet")->reason,
		"an address of this machine");
}

static void who_was_turned_away_names_the_line(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *source =
		denial_of(net, "outside", "198.51.100.1", "443", "gateway");
	const struct analyze_net_denial *count =
		denial_of(net, "outside", "192.0.2.9", "443", "gateway");
	const struct analyze_net_denial *hello =
		denial_of(net, "web", "203.0.113.7", "443", "outlet");
	const struct analyze_net_denial *silent =
		denial_of(net, "web", "203.0.113.8", "443", "outlet");

	(void)state;
	assert_string_equal(source->to, "web");
	assert_string_equal(source->reason, "not in `from`");
	assert_line(source, "from", "198.51.100.1", 15);
	assert_string_equal(count->reason, "over connections-per-source");
	assert_line(count, "connections-per-source", NULL, 16);
	assert_string_equal(hello->name, "b.example.com");
	assert_int_equal(hello->where.line, 11);
	assert_line(hello, "connects", "{to: \"b.example.com:443\", tls: true, why: WHAT FOR}", 12);
	assert_string_equal(silent->reason, "its hello by TLS says no name");
	assert_int_equal(silent->line_count, 0);
}

/* What came from outside is nobody of the stack, though it wears his address. */
static void the_host_knows_who_came_from_where(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *forged =
		denial_of(net, "outside", "198.18.4.3", "22", "host table");

	(void)state;
	assert_string_equal(forged->to, "web");
	assert_string_equal(denial_of(net, "host", NULL, "22", "host table")->to, "mail");
	assert_string_equal(
		denial_of(net, "outside", "198.51.100.1", "23", "host table")->to, "host");
	assert_string_equal(
		denial_of(net, "web", "203.0.113.99", "25", "host table")->to, "outside");
}

/* In a picture each end outside stands for itself. */
static void a_picture_has_each_end_outside(void **state)
{
	static void (*const write[])(const struct analyze_net *net, FILE *out) = {
		analyze_net_dot, analyze_net_svg};
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		scoped(memory) char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);

		assert_non_null(out);
		write[i](net, out);
		assert_int_equal(fclose(out), 0);
		assert_non_null(strstr(text, "api.example.com"));
		assert_non_null(strstr(text, "b.example.com"));
		assert_non_null(strstr(text, "10.1.2.3"));
		assert_non_null(strstr(text, "198.51.100.1"));
		if (i == 0)
			assert_non_null(
				strstr(text, "\"web\" -> \"api.example.com\" [label=\"443\\n3 "
					     "connections\\n900 B, 8.7 KB back\\n5 over\""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_what_it_carried),
		cmocka_unit_test(an_address_is_told_by_the_name_that_it_was_asked_by),
		cmocka_unit_test(a_range_with_other_ports_names_its_line),
		cmocka_unit_test(who_was_turned_away_names_the_line),
		cmocka_unit_test(the_host_knows_who_came_from_where),
		cmocka_unit_test(a_picture_has_each_end_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
