/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cgroup refuses to connect, and to send datagrams, to where no edge leads.  In a network
 * namespace of the test's own, with a plan made by hand.  Needs root.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "in_child.h"
#include "plan/plan.h"

static struct arena *arena;
static struct plan_call calls[] = {{.name = "socket", .number = SYS_socket, .action = PLAN_ALLOW}};
static struct plan_listen listens[] = {
	{.transport = PLAN_TCP, .first = 7000, .last = 59999},
	{.transport = PLAN_UDP, .first = 53, .last = 53},
};
static struct plan_audit audits[] = {{.layer = LAYER_NETWORK}};
enum { MANY = 5000, FIRST_OF_MANY = 10000, PEERS = 1000, NAMED = 6 };
static struct plan_service services[NAMED + PEERS] = {
	{.name = "web",
		.ports_held = true,
		.calls = calls,
		.call_count = 1,
		.listens = listens,
		.listen_count = 2,
		.address4 = "198.18.0.2",
		.address6 = "fd00::2"},
	{.name = "db", .address4 = "198.18.0.3", .address6 = "fd00::3"},
	{.name = "asker", .address4 = "198.18.0.4", .address6 = "fd00::4"},
	{.name = "watched",
		.ports_held = true,
		.calls = calls,
		.call_count = 1,
		.audits = audits,
		.audit_count = 1},
	{.name = "many", .ports_held = true, .calls = calls, .call_count = 1},
	{.name = "all", .ports_held = true, .calls = calls, .call_count = 1},
};
enum { EDGES = 2 + MANY + PEERS };
static struct plan_edge edges[EDGES] = {
	{.from = "web",
		.to = "db",
		.transport = PLAN_TCP,
		.port = 5432,
		.at = "127.0.0.1",
		.at_port = 6000},
	{.from = "asker", .to = "web", .transport = PLAN_UDP, .port = 53},
};
static struct plan_host_edge host_edges[] = {{.from = "web", .port = 25}};
static const struct plan plan = {
	.stack = "test-peers",
	.services = services,
	.service_count = NAMED + PEERS,
	.edges = edges,
	.edge_count = EDGES,
	.host_edges = host_edges,
	.host_edge_count = 1,
	.network = {.router4 = "198.18.0.1", .router6 = "fd00::1"},
};

struct attempt {
	const char *address;
	uint16_t port;
	int type;
	bool refused;
	const struct plan_service *service; /* NULL: the first */
};

static int enter(const struct plan_service *service)
{
	struct enforce_launch launch = {.plan = &plan, .service = service, .arena = arena};
	struct fault why;

	launch.cgroup = enforce_cgroup_open(plan.stack, service->name, &why);
	if (launch.cgroup < 0 || enforce_hold_labels(&launch, &why) < 0) {
		printf("%s\n", why.text);
		return 200;
	}
	if (descriptor_put(launch.cgroup, "cgroup.procs", "0") < 0 || unshare(CLONE_NEWNET) < 0)
		return 201;
	return 0;
}

/* Connects, or sends without: its errno.  Nothing is there to be reached. */
static int reach(const struct attempt *attempt, bool sends)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(attempt->port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(attempt->port)};
	bool wide = inet_pton(AF_INET, attempt->address, &four.sin_addr) != 1;
	const void *to = wide ? (void *)&six : (void *)&four;
	socklen_t size = wide ? sizeof(six) : sizeof(four);

	if (wide && inet_pton(AF_INET6, attempt->address, &six.sin6_addr) != 1)
		return 202;
	scoped(fd) int fd = socket(wide ? AF_INET6 : AF_INET, attempt->type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 203;
	if (sends)
		return sendto(fd, "x", 1, 0, to, size) < 0 ? errno : 0;
	return connect(fd, to, size) < 0 ? errno : 0;
}

static int try(void *data)
{
	const struct attempt *attempt = data;
	int error = enter(attempt->service ? attempt->service : &services[0]);

	if (error)
		return error;
	int answer = reach(attempt, false);
	/* What sends says the same as what connects. */
	if (attempt->type == SOCK_DGRAM && (reach(attempt, true) == EPERM) != (answer == EPERM))
		return 204;
	return answer;
}

static void assert_answers(const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct attempt attempt = attempts[i];
		int answer = in_child(try, &attempt);

		if (answer >= 200 || (answer == EPERM) != attempt.refused)
			fail_msg("%s port %u: %d", attempt.address, attempt.port, answer);
	}
}

static void where_an_edge_leads_it_connects(void **state)
{
	static const struct attempt attempts[] = {
		{"198.18.0.3", 5432, SOCK_STREAM, false, NULL},
		{"fd00::3", 5432, SOCK_STREAM, false, NULL},
		{"::ffff:198.18.0.3", 5432, SOCK_STREAM, false, NULL},
		{"127.0.0.1", 6000, SOCK_STREAM, false, NULL},
		{"198.18.0.1", 25, SOCK_STREAM, false, NULL},
		{"fd00::1", 25, SOCK_STREAM, false, NULL},
		/* Itself. */
		{"127.0.0.1", 59999, SOCK_STREAM, false, NULL},
		{"::1", 7000, SOCK_STREAM, false, NULL},
		{"198.18.0.2", 7000, SOCK_STREAM, false, NULL},
		/* An answer to who asks. */
		{"198.18.0.4", 40000, SOCK_DGRAM, false, NULL},
		{"fd00::4", 40000, SOCK_DGRAM, false, NULL},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

static void everywhere_else_is_refused(void **state)
{
	static const struct attempt attempts[] = {
		{"198.18.0.3", 5433, SOCK_STREAM, true, NULL},
		{"198.18.0.3", 5432, SOCK_DGRAM, true, NULL},
		{"fd00::3", 5433, SOCK_STREAM, true, NULL},
		{"::ffff:198.18.0.3", 22, SOCK_STREAM, true, NULL},
		{"::ffff:127.0.0.1", 22, SOCK_STREAM, true, NULL},
		{"198.18.0.4", 40000, SOCK_STREAM, true, NULL},
		{"198.18.0.1", 26, SOCK_STREAM, true, NULL},
		{"127.0.0.1", 22, SOCK_STREAM, true, NULL},
		{"127.0.0.2", 7000, SOCK_STREAM, true, NULL},
		{"127.0.0.1", 6999, SOCK_STREAM, true, NULL},
		{"::1", 60000, SOCK_STREAM, true, NULL},
		{"::1", 22, SOCK_STREAM, true, NULL},
		{"203.0.113.9", 53, SOCK_DGRAM, true, NULL},
		{"2001:db8::9", 53, SOCK_DGRAM, true, NULL},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

static void in_audit_mode_nothing_is_held(void **state)
{
	static const struct attempt attempts[] = {
		{"203.0.113.9", 53, SOCK_DGRAM, false, &services[3]},
		{"198.18.0.3", 22, SOCK_STREAM, false, &services[3]},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

/* Ports of one peer.  The kernel's verifier takes the program for them, and what is next to them is
 * refused. */
static void thousands_of_edges_are_held(void **state)
{
	const uint16_t middle = FIRST_OF_MANY + MANY, last = FIRST_OF_MANY + 2 * (MANY - 1);
	const struct attempt attempts[] = {
		{"198.18.0.3", FIRST_OF_MANY, SOCK_STREAM, false, &services[4]},
		{"198.18.0.3", middle, SOCK_STREAM, false, &services[4]},
		{"198.18.0.3", last, SOCK_STREAM, false, &services[4]},
		{"fd00::3", FIRST_OF_MANY, SOCK_STREAM, false, &services[4]},
		{"fd00::3", middle, SOCK_STREAM, false, &services[4]},
		{"fd00::3", last, SOCK_STREAM, false, &services[4]},
		{"::ffff:198.18.0.3", FIRST_OF_MANY, SOCK_STREAM, false, &services[4]},
		{"::ffff:198.18.0.3", last, SOCK_STREAM, false, &services[4]},
		{"198.18.0.3", FIRST_OF_MANY - 1, SOCK_STREAM, true, &services[4]},
		{"198.18.0.3", FIRST_OF_MANY + 1, SOCK_STREAM, true, &services[4]},
		{"198.18.0.3", middle + 1, SOCK_STREAM, true, &services[4]},
		{"198.18.0.3", last + 1, SOCK_STREAM, true, &services[4]},
		{"198.18.0.3", middle, SOCK_DGRAM, true, &services[4]},
		{"fd00::3", middle - 1, SOCK_STREAM, true, &services[4]},
		{"fd00::3", last + 2, SOCK_STREAM, true, &services[4]},
		{"fd00:1::3", middle, SOCK_STREAM, true, &services[4]},
		{"::ffff:198.18.0.3", middle + 1, SOCK_STREAM, true, &services[4]},
		{"::198.18.0.3", middle, SOCK_STREAM, true, &services[4]},
		{"198.18.0.4", last, SOCK_STREAM, true, &services[4]},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

/* And by datagrams to as many peers. */
static void a_thousand_peers_are_held(void **state)
{
	const struct attempt attempts[] = {
		{"198.19.0.0", 53, SOCK_DGRAM, false, &services[5]},
		{"198.19.0.127", 53, SOCK_DGRAM, false, &services[5]},
		{"198.19.0.128", 53, SOCK_DGRAM, false, &services[5]},
		{"198.19.3.231", 53, SOCK_DGRAM, false, &services[5]},
		{"::ffff:198.19.3.231", 53, SOCK_DGRAM, false, &services[5]},
		{"fd01::", 53, SOCK_DGRAM, false, &services[5]},
		{"fd01::80", 53, SOCK_DGRAM, false, &services[5]},
		{"fd01::3e7", 53, SOCK_DGRAM, false, &services[5]},
		{"198.18.255.255", 53, SOCK_DGRAM, true, &services[5]},
		{"198.19.3.232", 53, SOCK_DGRAM, true, &services[5]},
		{"198.19.0.128", 54, SOCK_DGRAM, true, &services[5]},
		{"198.19.0.128", 53, SOCK_STREAM, true, &services[5]},
		{"::ffff:198.19.3.232", 53, SOCK_DGRAM, true, &services[5]},
		{"fd01::3e8", 53, SOCK_DGRAM, true, &services[5]},
		{"fd01::80", 52, SOCK_DGRAM, true, &services[5]},
		{"fd01:0:0:1::80", 53, SOCK_DGRAM, true, &services[5]},
		{"fd01::1:0:80", 53, SOCK_DGRAM, true, &services[5]},
		{"fd00::80", 53, SOCK_DGRAM, true, &services[5]},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

static void fill_many(void)
{
	for (uint32_t i = 0; i < MANY; i++)
		edges[2 + i] = (struct plan_edge){.from = "many",
			.to = "db",
			.transport = PLAN_TCP,
			.port = FIRST_OF_MANY + 2 * i};
	for (uint32_t i = 0; i < PEERS; i++) {
		struct plan_service *peer = &services[NAMED + i];

		*peer = (struct plan_service){.name = arena_printf(arena, "peer-%u", i),
			.address4 = arena_printf(arena, "198.19.%u.%u", i / 256, i % 256),
			.address6 = arena_printf(arena, "fd01::%x", i)};
		edges[2 + MANY + i] = (struct plan_edge){
			.from = "all", .to = peer->name, .transport = PLAN_UDP, .port = 53};
	}
}

static int leave_nothing(void **state)
{
	(void)state;
	enforce_cgroup_remove(plan.stack, "all", NULL);
	enforce_cgroup_remove(plan.stack, "many", NULL);
	enforce_cgroup_remove(plan.stack, "web", NULL);
	enforce_cgroup_remove(plan.stack, "watched", NULL);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_an_edge_leads_it_connects),
		cmocka_unit_test(everywhere_else_is_refused),
		cmocka_unit_test(in_audit_mode_nothing_is_held),
		cmocka_unit_test(thousands_of_edges_are_held),
		cmocka_unit_test(a_thousand_peers_are_held),
	};

	if (geteuid() != 0) {
		puts("SKIP: attaching a program needs root");
		return 77;
	}
	arena = arena_new();
	fill_many();
	return cmocka_run_group_tests(tests, NULL, leave_nothing);
}
