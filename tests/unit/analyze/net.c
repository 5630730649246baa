/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The graph of a small stack: what is counted, what was refused and what would allow it; and its
 * forms, compared with tests/golden/net.*. */

#include "analyze/net.h"

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
#include "base/record.h"
#include "base/scoped.h"
#include "plan/traffic.h"

#define AT(number)                                                                                 \
	{                                                                                          \
		"shop.yaml", number, 5                                                             \
	}

static struct plan_listen web_listens[] = {
	{.transport = PLAN_TCP, .first = 443, .last = 443, .where = AT(8)}};
static struct plan_listen db_listens[] = {
	{.transport = PLAN_TCP, .first = 5432, .last = 5434, .where = AT(20)},
	{.transport = PLAN_UDP, .first = 53, .last = 53, .where = {"/roles/db.yaml", 3, 1}}};
static struct plan_service services[] = {
	{.name = "web",
		.base = "web",
		.where = AT(5),
		.listens = web_listens,
		.listen_count = 1,
		.address4 = "198.18.4.2",
		.address6 = "fd00::2"},
	{.name = "db.1",
		.base = "db",
		.instance = 1,
		.where = AT(17),
		.listens = db_listens,
		.listen_count = 2,
		.address4 = "198.18.4.3",
		.address6 = "fd00::3"},
	{.name = "mail",
		.base = "mail",
		.where = AT(30),
		.address4 = "198.18.4.4",
		.address6 = "fd00::4"},
};
static struct plan_edge edges[] = {
	{.from = "web", .to = "db.1", .transport = PLAN_TCP, .port = 5432, .where = AT(10)},
	{.from = "web",
		.to = "db.1",
		.transport = PLAN_TCP,
		.port = 5433,
		.budget = 1,
		.where = AT(11)},
	{.from = "mail",
		.to = "web",
		.transport = PLAN_UNIX,
		.path = "/run/a.sock",
		.where = AT(33)},
	/* They call each other. */
	{.from = "db.1", .to = "web", .transport = PLAN_TCP, .port = 443, .where = AT(22)},
};
static struct plan_host_edge host_edges[] = {{.from = "web", .port = 25, .where = AT(12)}};
static struct plan_budget budgets[] = {{.from = "web",
	.new_connections = 3,
	.new_seconds = 60,
	.new_where = AT(11),
	.where = AT(11)}};
static struct plan_publish publishes[] = {
	{.service = "web",
		.transport = PLAN_TCP,
		.port = 443,
		.host_port = 443,
		.address = "0.0.0.0",
		.where = AT(9)},
	{.service = "web",
		.transport = PLAN_TCP,
		.port = 443,
		.host_port = 443,
		.address = "::",
		.where = AT(9)},
};
static const struct plan plan = {.stack = "shop <\"&>",
	.network = {.router4 = "198.18.4.1", .router6 = "fd00::1"},
	.services = services,
	.service_count = 3,
	.edges = edges,
	.edge_count = 4,
	.host_edges = host_edges,
	.host_edge_count = 1,
	.budgets = budgets,
	.budget_count = 1,
	.publishes = publishes,
	.publish_count = 2};

#define SEEN(kind_of, layer_of, who, other, transport_of, port_of, packets_of, bytes_of, ago_of)   \
	{                                                                                          \
		.kind = PLAN_TRAFFIC_##kind_of, .layer = PLAN_TRAFFIC_##layer_of,                  \
		.service = (who), .address = (other), .transport = (transport_of),                 \
		.port = (port_of), .packets = (packets_of), .bytes = (bytes_of), .ago = (ago_of)   \
	}

static struct plan_traffic_item items[] = {
	SEEN(SENT, TABLE, "web", "198.18.4.3", PLAN_TCP, 5432, 9, 2000, -1),
	SEEN(SENT, TABLE, "web", "fd00::3", PLAN_TCP, 5432, 1, 100, -1),
	SEEN(RECEIVED, TABLE, "web", "198.18.4.3", PLAN_TCP, 5432, 9, 3000000, -1),
	SEEN(BEGUN, TABLE, "web", "198.18.4.3", PLAN_TCP, 5432, 123456, 0, -1),
	SEEN(BEGUN, TABLE, "web", "fd00::3", PLAN_TCP, 5432, 1, 0, -1),
	/* Of another, and by datagrams: no edge. */
	SEEN(SENT, TABLE, "mail", "198.18.4.3", PLAN_TCP, 5432, 1, 7, -1),
	SEEN(SENT, TABLE, "web", "198.18.4.3", PLAN_UDP, 5432, 1, 7, -1),
	SEEN(SENT, TABLE, "web", "198.18.4.1", PLAN_TCP, 25, 2, 500, -1),
	SEEN(DOOR_BEGUN, TABLE, "web", NULL, PLAN_TCP, 443, 12, 0, -1),
	SEEN(DOOR_RECEIVED, TABLE, "web", NULL, PLAN_TCP, 443, 1, 999, -1),
	SEEN(DOOR_SENT, TABLE, "web", NULL, PLAN_TCP, 443, 1, 1023, -1),
	SEEN(REFUSED_OUT, LABELS, "web", "198.18.4.4", PLAN_TCP, 25, 2, 0, 9),
	SEEN(REFUSED_OUT, LABELS, "web", "fd00::4", PLAN_TCP, 25, 3, 0, 4),
	SEEN(REFUSED_OUT, TABLE, "web", "198.18.4.4", PLAN_TCP, 25, 1, 60, 70),
	SEEN(REFUSED_OUT, LABELS, "mail", "198.18.4.3", PLAN_UDP, 53, 1, 0, 90),
	SEEN(REFUSED_OUT, LABELS, "web", "2001:db8::9", PLAN_TCP, 443, 1, 0, 1),
	SEEN(REFUSED_OUT, LABELS, "web", "127.0.0.1", PLAN_TCP, 5434, 1, 0, 2),
	SEEN(REFUSED_OUT, LABELS, "web", "198.18.4.1", PLAN_TCP, 26, 1, 0, 3),
	SEEN(REFUSED_OUT, LABELS, "web", "198.18.4.3", PLAN_TCP, 5432, 1, 0, 100),
	SEEN(REFUSED_BIND, LABELS, "mail", NULL, PLAN_UDP, 9000, 1, 0, 100000),
	SEEN(REFUSED_IN, TABLE, "web", "198.18.4.4", PLAN_TCP, 443, 1, 0, 5000),
	SEEN(REFUSED_OUT, ROUTER, NULL, "198.18.4.2", PLAN_TCP, 9, 1, 0, 6),
	{.kind = PLAN_TRAFFIC_OVER,
		.layer = PLAN_TRAFFIC_TABLE,
		.service = "web",
		.budget = 1,
		.over = PLAN_OVER_NEW,
		.packets = 8,
		.ago = -1},
};
static const struct plan_traffic traffic = {
	.items = items, .count = sizeof(items) / sizeof(items[0])};

static const struct analyze_net_edge *edge_of(
	const struct analyze_net *net, const char *from, const char *to, const char *port)
{
	for (size_t i = 0; i < net->edge_count; i++)
		if (strcmp(net->edges[i].from, from) == 0 && strcmp(net->edges[i].to, to) == 0 &&
			strcmp(net->edges[i].port, port) == 0)
			return &net->edges[i];
	fail_msg("no edge from %s to %s:%s", from, to, port);
	return NULL;
}

static const struct analyze_net_denial *denial_of(
	const struct analyze_net *net, const char *from, const char *port, const char *layer)
{
	for (size_t i = 0; i < net->denial_count; i++)
		if (strcmp(net->denials[i].from, from) == 0 &&
			strcmp(net->denials[i].port, port) == 0 &&
			strcmp(net->denials[i].layer, layer) == 0)
			return &net->denials[i];
	fail_msg("no denial of %s, %s by %s", from, port, layer);
	return NULL;
}

static void assert_line(const struct analyze_net_denial *denial, size_t index, const char *service,
	const char *key, const char *item, unsigned line, bool exists)
{
	assert_true(index < denial->line_count);
	assert_string_equal(denial->lines[index].service, service);
	assert_string_equal(denial->lines[index].key, key);
	assert_string_equal(denial->lines[index].item, item);
	assert_int_equal(denial->lines[index].where.line, line);
	assert_int_equal(denial->lines[index].exists, exists);
}

static void an_edge_has_what_both_families_carried(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_edge *db = edge_of(net, "web", "db.1", "5432");
	const struct analyze_net_edge *door = edge_of(net, "outside", "web", "443");
	const struct analyze_net_edge *path = edge_of(net, "mail", "web", "unix:/run/a.sock");

	(void)state;
	assert_int_equal(db->connections, 123457);
	assert_int_equal(db->sent, 2100);
	assert_int_equal(db->received, 3000000);
	assert_true(db->measured);
	assert_int_equal(edge_of(net, "web", "db.1", "5433")->over, 8);
	assert_int_equal(edge_of(net, "web", "host", "25")->sent, 500);
	assert_string_equal(door->doors, "0.0.0.0:443, [::]:443");
	assert_int_equal(door->connections, 12);
	assert_int_equal(door->sent, 999);
	assert_int_equal(door->received, 1023);
	assert_false(path->counted);
	assert_int_equal(net->edge_count, 6);
}

static void what_was_refused_says_what_would_allow_it(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *mail = denial_of(net, "web", "25", "labels");

	(void)state;
	assert_int_equal(mail->count, 5);
	assert_int_equal(mail->ago, 4);
	assert_string_equal(mail->to, "mail");
	assert_int_equal(mail->line_count, 2);
	assert_line(mail, 0, "web", "connects", "mail:25", 12, true);
	assert_line(mail, 1, "mail", "listens", "25", 30, false);
	assert_int_equal(denial_of(net, "web", "25", "own table")->count, 1);
	/* It listens there by its role. */
	assert_int_equal(denial_of(net, "mail", "53/udp", "labels")->line_count, 1);
	assert_line(denial_of(net, "mail", "53/udp", "labels"), 0, "mail", "connects", "db:53/udp",
		33, true);
	assert_line(denial_of(net, "web", "443", "labels"), 0, "web", "connects",
		"{to: \"[2001:db8::9]:443\", why: WHAT FOR}", 12, true);
	assert_line(denial_of(net, "web", "5434", "labels"), 0, "web", "connects",
		"{to: db:5434, at: \"127.0.0.1:5434\"}", 12, true);
	assert_line(denial_of(net, "web", "26", "labels"), 0, "web", "connects",
		"{to: \"host:26\", why: WHAT FOR}", 12, true);
	assert_line(denial_of(net, "mail", "9000/udp", "labels"), 0, "mail", "listens", "9000/udp",
		30, false);
	assert_null(denial_of(net, "mail", "9000/udp", "labels")->to);
	/* Seen by who was called. */
	assert_line(denial_of(net, "mail", "443", "own table"), 0, "mail", "connects", "web:443",
		33, true);
	assert_int_equal(denial_of(net, "router", "9", "router")->line_count, 0);
}

static void what_is_declared_names_its_line(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	const struct analyze_net_denial *since = denial_of(net, "web", "5432", "labels");
	const struct analyze_net_denial *over = denial_of(net, "web", "5433", "own table");

	(void)state;
	assert_string_equal(since->reason, "declared since");
	assert_int_equal(since->where.line, 10);
	assert_int_equal(since->line_count, 0);
	assert_string_equal(over->reason, "over new-connections");
	assert_int_equal(over->where.line, 11);
	assert_int_equal(over->count, 8);
	assert_false(over->passed);
	assert_string_equal(over->lines[0].key, "new-connections");
	assert_null(over->lines[0].item);
}

static void one_service_has_what_is_about_it(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, "db", arena);

	(void)state;
	assert_int_equal(net->edge_count, 3);
	assert_int_equal(net->service_count, 3);
	for (size_t i = 0; i < net->denial_count; i++)
		assert_true(strcmp(net->denials[i].to, "db.1") == 0);
	assert_int_equal(net->denial_count, 3);
}

static void numbers_are_short(void **state)
{
	char text[ANALYZE_NET_SIZE];

	(void)state;
	assert_string_equal(analyze_net_number(99999, text), "99999");
	assert_string_equal(analyze_net_number(100000, text), "100k");
	assert_string_equal(analyze_net_number(1999999, text), "1.9M");
	assert_string_equal(analyze_net_bytes(0, text), "0 B");
	assert_string_equal(analyze_net_bytes(1023, text), "1023 B");
	assert_string_equal(analyze_net_bytes(1024, text), "1.0 KB");
	assert_string_equal(analyze_net_bytes(1048575, text), "1023 KB");
	assert_string_equal(analyze_net_bytes(UINT64_MAX, text), "16777215 TB");
}

static void compare_with(const char *golden, const char *text)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *path =
		arena_printf(arena, "%s/tests/golden/%s", getenv("BULKHEAD_SOURCE"), golden);
	const char *expected = "";

	assert_true(descriptor_read(AT_FDCWD, path, 1 << 20, arena, &expected) > 0);
	assert_string_equal(text, expected);
}

/* A name that means something in each of the forms, and a circle of edges. */
static void its_forms_are_as_they_were(void **state)
{
	static void (*const write[])(const struct analyze_net *net, FILE *out) = {
		analyze_net_dot, analyze_net_svg};
	static const char *const golden[] = {"net.dot", "net.svg"};
	scoped(arena) struct arena *arena = arena_new();
	const struct analyze_net *net = analyze_net(&plan, &traffic, NULL, arena);
	scoped(memory) char *json = record_write(&analyze_net_record, net);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		scoped(memory) char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);

		assert_non_null(out);
		write[i](net, out);
		assert_int_equal(fclose(out), 0);
		compare_with(golden[i], text);
	}
	compare_with("net.json", json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edge_has_what_both_families_carried),
		cmocka_unit_test(what_was_refused_says_what_would_allow_it),
		cmocka_unit_test(what_is_declared_names_its_line),
		cmocka_unit_test(one_service_has_what_is_about_it),
		cmocka_unit_test(numbers_are_short),
		cmocka_unit_test(its_forms_are_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
