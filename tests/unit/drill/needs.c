/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drill/need.h"
#include "drill/world.h"
#include "plan/plan.h"

#define POLICY "shop.yaml"
#define ROLE "roles/node.yaml"

static struct plan_node nodes[] = {
	{.kind = PLAN_BIND,
		.target = "/usr/share/zoneinfo",
		.source = "/usr/share/zoneinfo",
		.folder = true,
		.read_only = true,
		.where = {.file = ROLE, .line = 3}},
	{.kind = PLAN_BIND,
		.target = "/opt/zones",
		.source = "/opt/zones",
		.folder = true,
		.read_only = true,
		.where = {.file = ROLE, .line = 4}},
	{.kind = PLAN_BIND,
		.target = "/srv/app",
		.source = "/srv/app",
		.folder = true,
		.read_only = true,
		.where = {.file = POLICY, .line = 9}},
	{.kind = PLAN_MEMORY, .target = "/tmp", .size = 4096, .where = {.file = ROLE, .line = 5}},
};
static struct plan_program programs[] = {
	{.path = "/usr/bin/convert", .where = {.file = POLICY, .line = 10}}};
static struct plan_service services[] = {
	{.name = "pay",
		.where = {.file = POLICY, .line = 2},
		.nodes = nodes,
		.node_count = 4,
		.programs = programs,
		.program_count = 1,
		.address4 = "198.18.0.2"},
	{.name = "cache", .where = {.file = POLICY, .line = 20}, .address4 = "198.18.0.3"},
	{.name = "psp",
		.where = {.file = POLICY, .line = 30},
		.nodes = nodes,
		.node_count = 2,
		.address4 = "198.18.0.4"},
};
static struct plan_edge edges[] = {
	{.from = "pay", .to = "cache", .transport = PLAN_TCP, .port = 6379, .where = {.line = 12}},
	{.from = "pay",
		.to = "psp",
		.transport = PLAN_TCP,
		.port = 4000,
		.why = "charge cards",
		.where = {.line = 13}},
};
static const struct plan plan = {
	.services = services, .service_count = 3, .edges = edges, .edge_count = 2};
static struct drill_world world = {.plan = &plan,
	.scratch = "/var/tmp/scratch",
	.file = "/var/tmp/scratch/file",
	.socket = "/var/tmp/scratch/host.sock"};

static struct drill_arguments ask(const struct plan_service *service, enum drill_need need)
{
	const struct drill_attempt attempt = {.need = need};
	struct drill_arguments arguments;

	drill_need(&world, service, &attempt, 1234, &arguments);
	return arguments;
}

static void what_the_policy_names_is_gone_for_before_what_the_role_brings(void **state)
{
	struct drill_arguments code = ask(&services[0], DRILL_DECLARED_READ);

	(void)state;
	assert_string_equal(code.first, "/srv/app");
	assert_int_equal(code.where.line, 9);
	/* The control goes for a file of the drill's own. */
	assert_string_equal(code.control, world.file);
	/* Nothing of the policy's: what the role brings, but for what every system has. */
	assert_string_equal(ask(&services[2], DRILL_DECLARED_READ).first, "/opt/zones");
	assert_non_null(ask(&services[1], DRILL_DECLARED_READ).lacking);
}

static const char *lacks(const char *name, enum drill_need need)
{
	const struct drill_attempt attempt = {.name = name, .kind = DRILL_INET, .need = need};
	static struct drill_arguments arguments;

	drill_need(&world, &services[0], &attempt, 1234, &arguments);
	return arguments.lacking;
}

static void where_an_edge_leads_out_nothing_is_undeclared(void **state)
{
	static struct plan_outside outsides[] = {
		{.from = "cache", .range = "0.0.0.0/0", .first = 1, .last = 65535},
		{.from = "pay", .range = "0.0.0.0/0", .first = 80, .last = 443},
	};
	struct plan open = plan;

	(void)state;
	assert_null(lacks("connect-internet", DRILL_INTERNET));
	open.outsides = outsides;
	open.outside_count = 2;
	open.network = (struct plan_network){
		.prefix4 = "198.18.0.0/24", .prefix6 = "fd00::/64", .router4 = "198.18.0.1"};
	world.plan = &open;
	assert_non_null(lacks("connect-internet", DRILL_INTERNET));
	/* By datagrams, by IPv6, at another port, and of what the range does not mean. */
	assert_null(lacks("ask-internet", DRILL_INTERNET));
	assert_null(lacks("connect-internet6", DRILL_INTERNET6));
	assert_null(lacks("ask-known-stream", DRILL_KNOWN_RESOLVER));
	assert_null(lacks("connect-metadata", DRILL_METADATA));
	outsides[1].first = 53;
	assert_non_null(lacks("ask-known-stream", DRILL_KNOWN_RESOLVER));
	outsides[1].transport = PLAN_UDP;
	assert_non_null(lacks("ask-internet", DRILL_INTERNET));
	assert_null(lacks("connect-internet", DRILL_INTERNET));
	assert_null(lacks("ask-known-stream", DRILL_KNOWN_RESOLVER));
	world.plan = &plan;
}

static void the_edge_that_says_why_is_the_one_to_show(void **state)
{
	struct drill_arguments peer = ask(&services[0], DRILL_PEER);

	(void)state;
	assert_string_equal(peer.first, "198.18.0.4");
	assert_string_equal(peer.second, "4000");
	assert_int_equal(peer.where.line, 13);
	assert_non_null(ask(&services[1], DRILL_PEER).lacking);
}

static void a_name_is_for_the_service_and_an_address_for_the_control(void **state)
{
	struct drill_arguments peer = ask(&services[0], DRILL_PEER_NAME);

	(void)state;
	assert_string_equal(peer.first, "psp");
	assert_string_equal(peer.control, "198.18.0.4");
	assert_string_equal(peer.second, "4000");
}

static void a_scenario_about_a_service_is_shown_by_reaching_it(void **state)
{
	(void)state;
	world.toward = &services[1];
	struct drill_arguments peer = ask(&services[0], DRILL_PEER);
	world.toward = NULL;
	assert_string_equal(peer.first, "198.18.0.3");
	assert_string_equal(peer.second, "6379");
}

static void a_peer_without_a_port_is_met_at_its_socket(void **state)
{
	struct plan_edge to_cache = {.from = "psp",
		.to = "cache",
		.transport = PLAN_UNIX,
		.path = "/run/cache/cache.sock",
		.where = {.line = 32}};
	struct plan with = plan;

	(void)state;
	assert_non_null(ask(&services[2], DRILL_PEER_SOCKET).lacking);
	with.edges = &to_cache;
	with.edge_count = 1;
	world.plan = &with;
	struct drill_arguments met = ask(&services[2], DRILL_PEER_SOCKET);
	struct drill_arguments port = ask(&services[2], DRILL_PEER);
	world.plan = &plan;
	assert_null(met.lacking);
	assert_string_equal(met.first, "/run/cache/cache.sock");
	assert_string_equal(met.control, world.socket);
	assert_int_equal(met.where.line, 32);
	assert_non_null(port.lacking);
}

/* A port of the host: reached by who declares it, and gone for by who does not. */
static void the_host_is_reached_by_the_router(void **state)
{
	struct plan_host_edge out[] = {
		{.from = "pay", .port = 3306, .where = {.line = 14}},
		{.from = "cache", .port = 25, .where = {.line = 22}},
		{.from = "pay", .port = 25, .where = {.line = 15}},
	};
	struct plan with = plan;

	(void)state;
	assert_non_null(ask(&services[0], DRILL_OUTLET_PORT).lacking);
	with.network.router4 = "198.18.0.1";
	with.host_edges = out;
	with.host_edge_count = sizeof(out) / sizeof(out[0]);
	world.plan = &with;
	struct drill_arguments mine = ask(&services[0], DRILL_PEER);
	struct drill_arguments named = ask(&services[0], DRILL_PEER_NAME);
	struct drill_arguments others = ask(&services[1], DRILL_OUTLET_PORT);
	struct drill_arguments none = ask(&services[0], DRILL_OUTLET_PORT);
	world.plan = &plan;
	assert_string_equal(mine.first, "198.18.0.1");
	assert_string_equal(mine.second, "3306");
	assert_int_equal(mine.where.line, 14);
	assert_string_equal(named.first, "host");
	assert_string_equal(named.control, "198.18.0.1");
	assert_string_equal(others.second, "3306");
	assert_non_null(none.lacking);
}

static void a_library_is_preloaded_into_a_declared_program_alone(void **state)
{
	struct drill_arguments preload = ask(&services[0], DRILL_PRELOAD);

	(void)state;
	assert_null(preload.lacking);
	assert_string_equal(preload.first, "/tmp");
	assert_string_equal(preload.control, world.scratch);
	assert_string_equal(preload.second, "/usr/bin/convert");
	assert_non_null(ask(&services[1], DRILL_PRELOAD).lacking);
}

static void a_memory_folder_is_known_by_its_size(void **state)
{
	struct drill_arguments tmp = ask(&services[0], DRILL_TMP_SIZE);

	(void)state;
	assert_string_equal(tmp.second, "4096");
	assert_int_equal(tmp.where.line, 5);
	assert_non_null(ask(&services[2], DRILL_TMP_SIZE).lacking);
}

/* A need that nobody answers would give attempts no argument, and a crash in their place. */
static void every_need_has_an_argument_or_says_what_is_lacking(void **state)
{
	static const enum drill_need without[] = {DRILL_NOTHING, DRILL_SINGLE, DRILL_SUBJECT,
		DRILL_NO_CODE, DRILL_NO_PROGRAMS, DRILL_FIXED_GROUPS, DRILL_UNLINKED,
		DRILL_FIRST_PROCESS, DRILL_INHERITED, DRILL_HOST_NAME, DRILL_HOST_ABSTRACT,
		DRILL_HOST_SOCKET, DRILL_QUEUE};

	(void)state;
	for (int need = 0; need < DRILL_NEED_COUNT; need++) {
		struct drill_arguments arguments = ask(&services[0], (enum drill_need)need);
		bool none = false;

		for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
			none = none || without[i] == (enum drill_need)need;
		if (!none && !arguments.first[0] && !arguments.lacking)
			fail_msg("need %d has neither", need);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_policy_names_is_gone_for_before_what_the_role_brings),
		cmocka_unit_test(where_an_edge_leads_out_nothing_is_undeclared),
		cmocka_unit_test(the_edge_that_says_why_is_the_one_to_show),
		cmocka_unit_test(a_name_is_for_the_service_and_an_address_for_the_control),
		cmocka_unit_test(a_scenario_about_a_service_is_shown_by_reaching_it),
		cmocka_unit_test(a_peer_without_a_port_is_met_at_its_socket),
		cmocka_unit_test(the_host_is_reached_by_the_router),
		cmocka_unit_test(a_library_is_preloaded_into_a_declared_program_alone),
		cmocka_unit_test(a_memory_folder_is_known_by_its_size),
		cmocka_unit_test(every_need_has_an_argument_or_says_what_is_lacking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
