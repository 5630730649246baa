/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "drill/made.h"
#include "drill/privilege.h"
#include "drill/probe.h"
#include "drill/sweep.h"
#include "drill/world.h"
#include "plan/plan.h"

static struct plan_listen listens[] = {
	{.transport = PLAN_TCP, .first = 5432, .last = 5432},
	{.transport = PLAN_UDP, .first = 53, .last = 53},
	{.transport = PLAN_UNIX, .path = "/run/db/socket"},
};
static struct plan_listen mail[] = {
	{.transport = PLAN_TCP, .first = 9300, .last = 9400},
	{.transport = PLAN_TCP, .first = 9301, .last = 9301},
};
static struct plan_capability capabilities[] = {{.number = 0, .name = "CAP_CHOWN"}};
static struct plan_node nodes[] = {
	{.kind = PLAN_BIND, .target = "/home/shop", .source = "/home/shop", .folder = true},
	{.kind = PLAN_BIND, .target = "/bin/dash", .source = "/usr/bin/dash"},
};
static struct plan_node other_nodes[] = {
	{.kind = PLAN_BIND, .target = "/var/tmp", .source = "/var/tmp", .folder = true},
};
static struct plan_call calls[] = {
	{.name = "flock", .number = SYS_flock},
	{.name = "fsync", .number = SYS_fsync},
};
static struct plan_service services[] = {
	{.name = "api",
		.capabilities = capabilities,
		.capability_count = 1,
		.nodes = nodes,
		.node_count = 2,
		.calls = calls,
		.call_count = 2},
	{.name = "db",
		.listens = listens,
		.listen_count = 3,
		.nodes = other_nodes,
		.node_count = 1,
		.address4 = "198.18.0.3",
		.address6 = "fd00::3"},
	{.name = "mail", .listens = mail, .listen_count = 2, .address4 = "198.18.0.4"},
};
static struct plan_edge edges[] = {
	{.from = "api", .to = "db", .transport = PLAN_UDP, .port = 53},
};
static const struct plan plan = {.services = services,
	.service_count = 3,
	.edges = edges,
	.edge_count = 1,
	.network = {.prefix4 = "198.18.0.0/24",
		.router4 = "198.18.0.1",
		.router6 = "fd00::1",
		.host4 = "198.18.0.254"}};
static const struct drill_other others[] = {
	{.stack = "shop", .name = "db", .addresses = {"198.18.7.2", "fd07::2"}, .port = 5432},
	{.stack = "shop", .name = "router", .addresses = {"198.18.7.1", NULL}},
	/* An address that is one of ours as well. */
	{.stack = "twin", .name = "db", .addresses = {"198.18.0.3", "fd08::2"}, .port = 5432},
};
static const struct drill_options options = {.others = others, .other_count = 3};
static const struct drill_world world = {.plan = &plan,
	.options = &options,
	.scratch = "/var/tmp/scratch",
	.near_port = 27113,
	.host_port = 47200,
	.machine = {.addresses = {"192.0.2.7", "2001:db8::7", "198.18.0.254"}, .count = 3}};

static struct arena *arena;
static const struct drill_attempt *made;
static size_t made_count;

static int make(void **state)
{
	(void)state;
	arena = arena_new();
	made = drill_make(&world, &services[0], arena, &made_count);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct drill_attempt *row(const char *name)
{
	for (size_t i = 0; i < made_count; i++)
		if (strcmp(made[i].name, name) == 0)
			return &made[i];
	return NULL;
}

static void what_is_declared_is_no_attempt(void **state)
{
	(void)state;
	assert_null(row("capability:chown"));
	assert_non_null(row("capability:net_raw"));
	assert_null(row("ask:db:53"));
	assert_null(row("ask6:db:53"));
	assert_null(row("path:/home"));
	assert_null(row("group:file-locks"));
	assert_non_null(row("group:memory-locking"));
	assert_non_null(row("path:db:/var/tmp"));
}

static void a_peer_is_gone_for_by_both_kinds_of_address(void **state)
{
	const struct drill_attempt *four = row("reach:db:5432"), *six = row("reach6:db:5432");
	struct drill_arguments arguments = {0};

	(void)state;
	assert_non_null(four);
	assert_non_null(six);
	drill_made_arguments(four->made, &arguments);
	assert_string_equal(arguments.first, "198.18.0.3");
	assert_string_equal(arguments.control, "198.18.0.3");
	assert_string_equal(arguments.second, "5432");
	assert_int_equal(arguments.setting, DRILL_EVERYWHERE);
	drill_made_arguments(six->made, &arguments);
	assert_string_equal(arguments.first, "fd00::3");
	assert_int_equal(four->kind, DRILL_INET);
	assert_string_equal(four->made->category, "network");
}

static void assert_told_as(const char *name, const char *group)
{
	const struct drill_attempt *found = row(name);

	if (!found)
		fail_msg("there is no %s", name);
	assert_string_equal(found->made->group, group);
	assert_true(drill_swept(found));
}

static void every_port_that_no_edge_leads_to_is_gone_for(void **state)
{
	(void)state;
	/* By the transport that no edge has; what nobody declares is gone for at peers alone. */
	assert_told_as("reach:db:53", "undeclared ports");
	assert_told_as("ask6:db:5432", "undeclared ports");
	assert_told_as("reach:db:other", "undeclared ports");
	assert_told_as("ask:db:22", "undeclared ports");
	assert_told_as("reach:mail:other", "undeclared pairs");
	assert_null(row("ask:mail:22"));
	/* Of a wide range its first ones and its last. */
	assert_told_as("reach:mail:9300", "undeclared pairs");
	assert_told_as("ask:mail:9301", "undeclared pairs");
	assert_told_as("reach:mail:9400", "undeclared pairs");
	assert_null(row("reach:mail:9399"));
	/* Of IPv6 it has none. */
	assert_null(row("reach6:mail:9300"));
}

static void what_stands_around_is_gone_for(void **state)
{
	(void)state;
	assert_told_as("reach:router:other", "the router");
	assert_told_as("ask6:router:443", "the router");
	assert_null(row("ask:router:53"));
	assert_told_as("reach:door:other", "the machine's addresses");
	assert_told_as("reach:host:192.0.2.7:other", "the machine's addresses");
	assert_told_as("ask6:host:2001:db8::7:other", "the machine's addresses");
	assert_null(row("reach:host:198.18.0.254:other"));
	assert_told_as("reach:stack:shop:db:5432", "other stacks");
	assert_null(row("ask:stack:shop:db:5432"));
	assert_told_as("ask:stack:shop:router:other", "other stacks");
	assert_null(row("reach:stack:twin:db:5432"));
	assert_told_as("reach6:stack:twin:db:5432", "other stacks");
	assert_null(row("reach:stack:stand-in:service:other"));
}

static void a_stack_that_is_alone_goes_for_one_that_is_none(void **state)
{
	static const struct drill_options alone = {0};
	struct drill_world lonely = world;
	bool found = false;
	size_t count;

	(void)state;
	lonely.options = &alone;
	const struct drill_attempt *rows = drill_make(&lonely, &services[0], arena, &count);
	for (size_t i = 0; i < count; i++)
		found = found || strcmp(rows[i].name, "reach:stack:stand-in:service:other") == 0;
	assert_true(found);
}

/* A role may name some calls of a group: then another one of it is tried. */
static void a_group_that_is_given_in_part_is_tried_by_the_rest(void **state)
{
	const struct drill_attempt *group = row("group:file-writing");

	(void)state;
	assert_non_null(group);
	assert_int_equal(drill_probes[strtoul(group->made->first, NULL, 10)].number, SYS_fallocate);
}

static void every_name_is_made_once_of_a_row_that_the_payload_knows(void **state)
{
	(void)state;
	for (size_t i = 0; i < made_count; i++) {
		assert_ptr_equal(row(made[i].name), &made[i]);
		assert_non_null(drill_attempt(drill_payload_name(&made[i]), NULL));
		assert_null(drill_attempt(made[i].name, NULL));
		assert_true(strlen(made[i].made->first) < 256);
		assert_true(*made[i].sentence);
	}
	assert_true(made_count > 60);
}

static void every_group_but_the_common_ones_has_a_probe(void **state)
{
	/* Everybody has them, or their own category tries them. */
	static const char *const without[] = {"process-basics", "descriptors", "file-reading",
		"older-names", "threads", "child-processes", "program-execution",
		"executable-memory", "readiness-notice"};
	size_t count;
	const struct catalog_group *groups = catalog_groups(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t j = 0; j < drill_probe_count; j++)
			found = found || strcmp(drill_probes[j].group, groups[i].name) == 0;
		for (size_t j = 0; j < sizeof(without) / sizeof(without[0]); j++)
			found = found || strcmp(without[j], groups[i].name) == 0;
		if (!found)
			fail_msg("group %s has no probe", groups[i].name);
	}
	for (size_t i = 0; i < drill_probe_count; i++)
		assert_non_null(catalog_group(drill_probes[i].group));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_declared_is_no_attempt),
		cmocka_unit_test(a_peer_is_gone_for_by_both_kinds_of_address),
		cmocka_unit_test(every_port_that_no_edge_leads_to_is_gone_for),
		cmocka_unit_test(what_stands_around_is_gone_for),
		cmocka_unit_test(a_stack_that_is_alone_goes_for_one_that_is_none),
		cmocka_unit_test(a_group_that_is_given_in_part_is_tried_by_the_rest),
		cmocka_unit_test(every_name_is_made_once_of_a_row_that_the_payload_knows),
		cmocka_unit_test(every_group_but_the_common_ones_has_a_probe),
	};
	return cmocka_run_group_tests(tests, make, forget);
}
