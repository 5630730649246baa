/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A drill that fails for its own reasons counts as stopped: so each must first get through. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "drill/attempt.h"
#include "drill/control.h"
#include "drill/report.h"
#include "drill/world.h"
#include "plan/plan.h"

enum { LEAST_IN_CATEGORY = 3, LEAST_ATTEMPTS = 60 };

#ifdef __x86_64__
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#else
#define LOADER "/lib/ld-linux-aarch64.so.1"
#endif

/* Two services with everything that an attempt can ask for. */
static struct plan_node nodes[] = {
	{.kind = PLAN_BIND,
		.target = "/etc/hostname",
		.source = "/etc/hostname",
		.read_only = true},
	{.kind = PLAN_BIND, .target = "/var/tmp", .source = "/var/tmp", .folder = true},
	{.kind = PLAN_SECRET, .target = "/run/secrets/KEY", .source = "/etc/shadow"},
	{.kind = PLAN_BIND,
		.target = LOADER,
		.source = LOADER,
		.read_only = true,
		.executable = true},
	{.kind = PLAN_MEMORY, .target = "/tmp", .size = 1 << 20},
};
static struct plan_program programs[] = {{.path = "/usr/bin/env"}};
static struct plan_node other_nodes[] = {
	{.kind = PLAN_BIND, .target = "/etc/shadow", .source = "/etc/shadow", .read_only = true},
};
static struct plan_secret secrets[] = {{.name = "KEY", .source = "/etc/shadow"}};
static struct plan_rlimit limits[] = {
	{.resource = RLIMIT_NOFILE, .value = 64}, {.resource = RLIMIT_NPROC, .value = 32}};
static struct plan_extent ids[] = {{.inside = 65000, .outside = 65000, .count = 1}};
static struct plan_listen listens[] = {
	{.transport = PLAN_TCP, .first = 8080, .last = 8080},
	{.transport = PLAN_UNIX, .path = "/run/b/b.sock"},
};
/* Their numbers are for the filter, which no control run has. */
static struct plan_ending endings[] = {
	{.right = "listen", .name = "listen"},
	{.right = "connect-new", .name = "connect"},
	{.right = "fork", .name = "clone"},
	{.right = "execute", .name = "execve"},
	{.right = "write", .name = "openat"},
	{.right = "write", .name = "rename"},
	{.right = "write", .name = "unlink"},
};
#define IDENTITY                                                                                   \
	{                                                                                          \
		.uid = 65000, .gid = 65000, .uids = ids, .uid_count = 1, .gids = ids,              \
		.gid_count = 1                                                                     \
	}
static struct plan_service services[] = {
	{.name = "a",
		.identity = IDENTITY,
		.nodes = nodes,
		.node_count = sizeof(nodes) / sizeof(nodes[0]),
		.programs = programs,
		.program_count = 1,
		.secrets = secrets,
		.secret_count = 1,
		.rlimits = limits,
		.rlimit_count = 2,
		.endings = endings,
		.ending_count = sizeof(endings) / sizeof(endings[0]),
		.view_closes = true,
		.address4 = "198.18.0.2",
		.address6 = "fd00::2"},
	{.name = "b",
		.identity = IDENTITY,
		.nodes = other_nodes,
		.node_count = 1,
		.listens = listens,
		.listen_count = 2,
		.secrets = secrets,
		.secret_count = 1,
		.address4 = "198.18.0.3",
		.address6 = "fd00::3"},
	{.name = "c",
		.identity = IDENTITY,
		.listens = listens,
		.listen_count = 2,
		.address4 = "198.18.0.4"},
	{.name = "d", .identity = IDENTITY, .listens = listens + 1, .listen_count = 1},
};
static struct plan_edge edges[] = {
	{.from = "a", .to = "b", .transport = PLAN_TCP, .port = 8080},
	{.from = "a", .to = "d", .transport = PLAN_UNIX, .path = "/run/b/b.sock"},
};
static struct plan plan = {
	.stack = "drill-control",
	.services = services,
	.service_count = sizeof(services) / sizeof(services[0]),
	.edges = edges,
	.edge_count = sizeof(edges) / sizeof(edges[0]),
	.network = {.router4 = "198.18.0.1", .router6 = "fd00::1"},
};

static struct drill_world world;
static pid_t stranger;

static int open_world(void **state)
{
	static const int networks[] = {-1, -1, -1, -1};
	static struct drill_options options = {.networks = networks, .router = -1};
	struct fault why = {0};

	(void)state;
	options.payload = drill_payload();
	options.arena = arena_new();
	if (!options.payload || drill_world_open(&plan, &options, &world, &why) < 0 ||
		drill_world_stranger(&world, &services[0], &stranger, &why) < 0) {
		fprintf(stderr, "cannot set up: %s\n", why.text);
		return -1;
	}
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	drill_world_close(&world);
	arena_free(world.arena);
	return 0;
}

static bool gets_through(const struct drill_attempt *attempt)
{
	struct drill_arguments arguments;
	struct drill_answer answer;
	struct fault why = {0};

	drill_need(&world, &services[0], attempt, stranger, &arguments);
	bool opposite = attempt->need == DRILL_UNLINKED || attempt->need == DRILL_NO_PROGRAMS;
	if (arguments.lacking && !opposite) {
		print_message("%s lacks: %s\n", attempt->name, arguments.lacking);
		return false;
	}
	if (drill_control(&world, attempt, &arguments, &answer, &why) < 0) {
		print_message("%s: %s\n", attempt->name, why.text);
		fail();
	}
	if (answer.outcome != DRILL_SUCCEEDED)
		print_message("void here: %s: %s (signal %d, call %ld)\n", attempt->name,
			strerror(answer.error), answer.signal, answer.call);
	return answer.outcome == DRILL_SUCCEEDED;
}

static void unconfined_every_category_gets_through_at_least_three_times(void **state)
{
	size_t count, all = 0;
	const struct drill_category *categories = drill_categories(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t through = 0;
		for (size_t j = 0; j < *categories[i].count; j++)
			through += gets_through(&categories[i].attempts[j]);
		if (through < LEAST_IN_CATEGORY)
			print_message("category %s: only %zu\n", categories[i].name, through);
		assert_true(through >= LEAST_IN_CATEGORY);
		all += through;
	}
	print_message("%zu attempts get through unconfined\n", all);
	assert_true(all >= LEAST_ATTEMPTS);
}

static void unconfined_everything_permitted_works(void **state)
{
	(void)state;
	for (size_t i = 0; i < drill_permitted_count; i++)
		if (drill_permitted[i].need != DRILL_OWN_PORT &&
			drill_permitted[i].need != DRILL_OWN_SOCKET)
			assert_true(gets_through(&drill_permitted[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unconfined_every_category_gets_through_at_least_three_times),
		cmocka_unit_test(unconfined_everything_permitted_works),
	};

	if (geteuid() != 0) {
		puts("SKIP: needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, open_world, close_world);
}
