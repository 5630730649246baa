/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Declared ports of this machine's loopback are reached by declared services, through the outlet,
 * and nothing else is. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/connects.h"
#include "enforce/landlock_abi.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "gateway/door.h"
#include "gateway/gateway.h"
#include "gateway/listener.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

enum { DATABASE = 3306, MAIL = 1025, HIDDEN = 6379 };

static int cgroup = -1, gateway_pidfd = -1;
static pid_t outlet, database;
static struct fault why;

static struct plan_host_edge host_edges[] = {
	{.from = "web", .port = DATABASE, .at = "127.0.0.1", .at_port = 3307},
	{.from = "api", .port = MAIL},
	{.from = "web", .port = MAIL},
};
static struct plan plan;

static void fill_plan(void)
{
	plan = network_plan;
	plan.stack = "test-outlet";
	plan.network.outlet_id = 1900000002;
	plan.host_edges = host_edges;
	plan.host_edge_count = sizeof(host_edges) / sizeof(host_edges[0]);
}

static int build(void **state)
{
	(void)state;
	if (network_stack_build_of(&plan))
		return -1;
	database = peer_serve(-1, SOCK_STREAM, "127.0.0.1", DATABASE);
	cgroup = enforce_cgroup_open(plan.stack, "outlet", &why);
	if (database < 0 || cgroup < 0 ||
		gateway_start(GATEWAY_OUTLET, &plan, &router, NULL, cgroup, &outlet, &gateway_pidfd,
			&why))
		return fprintf(stderr, "outlet: %s\n", why.text);
	return 0;
}

static int take_down(void **state)
{
	(void)state;
	peer_stop(outlet);
	peer_stop(database);
	close(gateway_pidfd);
	close(cgroup);
	enforce_cgroup_remove(plan.stack, "outlet", NULL);
	network_stack_take_down(NULL);
	return 0;
}

/* Who asks; "" when there was no answer. */
static const char *seen(int from, const char *address, unsigned port)
{
	static char answer[80];

	if (peer_ask(networks[from], SOCK_STREAM, NULL, address, port, answer) != 0)
		answer[0] = '\0';
	answer[strcspn(answer, " ")] = '\0';
	return answer;
}

static int refusal(int from, const char *address, unsigned port)
{
	char answer[80];

	return peer_ask(networks[from], SOCK_STREAM, NULL, address, port, answer);
}

static void a_declared_port_of_the_host_is_reached(void **state)
{
	(void)state;
	assert_string_equal(seen(WEB, "198.18.4.1", DATABASE), "127.0.0.1");
	assert_string_equal(seen(WEB, "fd62:6b68::1", DATABASE), "127.0.0.1");
	/* By a program whose configuration says 127.0.0.1. */
	assert_string_equal(seen(WEB, "127.0.0.1", 3307), "127.0.0.1");
}

/* Whatever it is bound to: one address of the loopback is enough. */
static void a_daemon_on_one_loopback_address_is_found(void **state)
{
	pid_t mail = peer_serve(-1, SOCK_STREAM, "::1", MAIL);

	(void)state;
	assert_true(mail > 0);
	assert_string_equal(seen(API, "198.18.4.1", MAIL), "::1");
	assert_string_equal(seen(WEB, "fd62:6b68::1", MAIL), "::1");
	peer_stop(mail);
	/* Nobody there: no answer, at once. */
	assert_int_not_equal(refusal(API, "198.18.4.1", MAIL), ETIMEDOUT);
	assert_int_not_equal(refusal(API, "198.18.4.1", MAIL), 0);
}

static void what_is_not_declared_is_refused(void **state)
{
	pid_t hidden = peer_serve(-1, SOCK_STREAM, "127.0.0.1", HIDDEN);

	(void)state;
	assert_true(hidden > 0);
	/* Its own table, then the router's alone. */
	for (int flushed = 0; flushed < 2; flushed++) {
		assert_int_equal(refusal(WEB, "198.18.4.1", HIDDEN), ECONNREFUSED);
		assert_int_equal(refusal(API, "198.18.4.1", DATABASE), ECONNREFUSED);
		assert_int_equal(refusal(API, "fd62:6b68::1", DATABASE), ECONNREFUSED);
		assert_int_equal(refusal(DB, "198.18.4.1", DATABASE), ECONNREFUSED);
		assert_int_equal(refusal(API, "127.0.0.1", 3307), ECONNREFUSED);
		assert_int_equal(refusal(WORKER, "198.18.4.1", DATABASE), ENETUNREACH);
		for (int i = WEB; !flushed && i <= DB; i++)
			assert_int_equal(network_stack_load(networks[i], "flush ruleset"), 0);
	}
	peer_stop(hidden);
}

/* The gateway, which meets the world, and the supervisor are in the router, whose table is all that
 * stands before the outlet where Landlock knows no ports. */
static void the_router_itself_has_no_way_out(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(
		peer_ask(router.network, SOCK_STREAM, NULL, "198.18.4.1", DATABASE, answer),
		ECONNREFUSED);
	assert_int_equal(
		peer_ask(router.network, SOCK_STREAM, NULL, "fd62:6b68::1", DATABASE, answer),
		ECONNREFUSED);
	assert_string_equal(seen(WEB, "198.18.4.1", DATABASE), "127.0.0.1");
}

struct attempt {
	int type;
	const char *address;
	unsigned port;
};

static int connect_now(const struct attempt *attempt)
{
	union gateway_address to;
	socklen_t length = gateway_address_set(&to, attempt->address, attempt->port);
	int fd = socket(to.any.sa_family, attempt->type, 0);

	return connect(fd, &to.any, length) < 0 ? errno : 0;
}

/* In the cgroup of the outlet and nothing else of it. */
static int connect_held(void *context)
{
	scoped(fd) int processes = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (processes < 0 || write(processes, "0", 1) != 1)
		return 255;
	return connect_now(context);
}

static int connect_free(void *context)
{
	return connect_now(context);
}

static void the_cgroup_alone_holds_it(void **state)
{
	static const struct {
		struct attempt attempt;
		int held;
	} rows[] = {
		{{SOCK_STREAM, "127.0.0.1", DATABASE}, 0},
		{{SOCK_STREAM, "127.0.0.1", HIDDEN}, EPERM},
		{{SOCK_STREAM, "127.0.0.2", DATABASE}, EPERM},
		{{SOCK_STREAM, "192.0.2.10", DATABASE}, EPERM},
		{{SOCK_STREAM, "::1", DATABASE}, 0},
		{{SOCK_STREAM, "::1", HIDDEN}, EPERM},
		{{SOCK_STREAM, "2001:db8::10", DATABASE}, EPERM},
		{{SOCK_STREAM, "::ffff:127.0.0.1", HIDDEN}, EPERM},
		{{SOCK_STREAM, "::ffff:192.0.2.10", DATABASE}, EPERM},
		{{SOCK_DGRAM, "127.0.0.1", DATABASE}, EPERM},
		{{SOCK_DGRAM, "::1", DATABASE}, EPERM},
	};
	static const char *const addresses[] = {
		"127.0.0.1", "127.0.0.2", "192.0.2.10", "::1", "2001:db8::10"};
	pid_t servers[2 * sizeof(addresses) / sizeof(addresses[0])];
	size_t count = 0;

	(void)state;
	peer_stop(database);
	database = 0;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		servers[count++] = peer_serve(-1, SOCK_STREAM, addresses[i], DATABASE);
		servers[count++] = peer_serve(-1, SOCK_STREAM, addresses[i], HIDDEN);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Each works where it is not held. */
		assert_int_equal(in_child(connect_free, (void *)&rows[i].attempt), 0);
		if (in_child(connect_held, (void *)&rows[i].attempt) != rows[i].held)
			fail_msg("%s port %u", rows[i].attempt.address, rows[i].attempt.port);
	}
	for (size_t i = 0; i < count; i++)
		peer_stop(servers[i]);
}

/* What it is by itself, in a cgroup that holds nothing. */
static int attempt_inside(void *context)
{
	static const struct attempt other = {
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, "127.0.0.1", HIDDEN};
	union gateway_address own;
	socklen_t length = gateway_address_set(&own, "127.0.0.1", 0);

	(void)context;
	if (gateway_confine(GATEWAY_OUTLET, &plan, &router, EPERM, &why))
		return fprintf(stderr, "%s\n", why.text), 100;
	if (open("/etc/passwd", O_RDONLY) >= 0 || open("/", O_RDONLY) >= 0)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
		socket(AF_INET, SOCK_DGRAM, 0) >= 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 2;
	if (fork() >= 0 || execl("/bin/true", "true", NULL) == 0)
		return 3;
	if (setuid(0) == 0 || unshare(CLONE_NEWNS) == 0 || kill(1, 0) == 0)
		return 4;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &(int){1}, sizeof(int)) == 0)
		return 5;
	if (bind(fd, &own.any, length) == 0 || listen(fd, 1) == 0)
		return 6;
	if (landlock_abi() >= 4 && connect_now(&other) != EACCES)
		return 7;
	return 0;
}

static void nothing_else_is_possible_inside(void **state)
{
	(void)state;
	assert_int_equal(in_child(attempt_inside, NULL), 0);
}

static void the_outlet_is_confined(void **state)
{
	static const char *const rows[][2] = {
		{"Uid:", "1900000002\t1900000002\t1900000002\t1900000002"},
		{"CapEff:", "0000000000000000"},
		{"CapPrm:", "0000000000000000"},
		{"CapBnd:", "0000000000000000"},
		{"NoNewPrivs:", "1"},
		{"Seccomp_filters:", "1"},
	};
	char value[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		peer_status(outlet, rows[i][0], value);
		assert_string_equal(value, rows[i][1]);
	}
}

static void verify_agrees_and_sees_drift(void **state)
{
	struct plan narrower = plan;

	(void)state;
	if (enforce_network_verify_router(&plan, router.network, &why))
		fail_msg("router: %s", why.text);
	for (int i = 0; i < SERVICES; i++)
		if (enforce_network_verify_service(&plan, &plan.services[i], networks[i], &why))
			fail_msg("service %d: %s", i, why.text);
	assert_true(enforce_connects_held(&plan, outlet));
	assert_false(enforce_connects_held(&plan, getpid()));
	narrower.host_edge_count = 1;
	assert_false(enforce_connects_held(&narrower, outlet));
	assert_int_equal(enforce_network_verify_router(&narrower, router.network, &why), 1);
}

static void hosts_name_the_host_for_who_may_reach_it(void **state)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	assert_non_null(strstr(enforce_network_hosts(&plan, &plan.services[API], arena),
		"198.18.4.1 host\nfd62:6b68::1 host\n"));
	assert_null(strstr(enforce_network_hosts(&plan, &plan.services[DB], arena), " host\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_name_the_host_for_who_may_reach_it),
		cmocka_unit_test_setup_teardown(
			a_declared_port_of_the_host_is_reached, build, take_down),
		cmocka_unit_test_setup_teardown(
			a_daemon_on_one_loopback_address_is_found, build, take_down),
		cmocka_unit_test_setup_teardown(what_is_not_declared_is_refused, build, take_down),
		cmocka_unit_test_setup_teardown(the_router_itself_has_no_way_out, build, take_down),
		cmocka_unit_test_setup_teardown(the_outlet_is_confined, build, take_down),
		cmocka_unit_test_setup_teardown(the_cgroup_alone_holds_it, build, take_down),
		cmocka_unit_test_setup_teardown(nothing_else_is_possible_inside, build, take_down),
		cmocka_unit_test_setup_teardown(verify_agrees_and_sees_drift, build, take_down),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the outlet's filter refuses");
	return 77;
#endif
	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	if (system("ip address add 192.0.2.10/32 dev lo && ip -6 address add 2001:db8::10/128 dev "
		   "lo nodad"))
		return 1;
	fill_plan();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
