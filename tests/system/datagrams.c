/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Datagrams by gateway and outlet: each flow for itself, however many come. */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/connects.h"
#include "enforce/network.h"
#include "gateway/address.h"
#include "gateway/gateway.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

enum { DOOR = 5353, NARROW = 5354, FIGURES = 8125, NOBODY = 8126 };

/* Descriptors of a gateway that has room for some twenty flows. */
enum { FEW = 64 + 512 + 20 * 7 };

static struct plan_source near[] = {{.range = "192.0.2.77"}};
static struct plan_publish doors[] = {
	{.service = "web",
		.transport = PLAN_UDP,
		.port = DOOR,
		.host_port = DOOR,
		.address = "0.0.0.0"},
	{.service = "web", .transport = PLAN_UDP, .port = DOOR, .host_port = DOOR, .address = "::"},
	{.service = "web",
		.transport = PLAN_UDP,
		.port = NARROW,
		.host_port = NARROW,
		.address = "192.0.2.10",
		.sources = near,
		.source_count = 1,
		.per_source = 2},
};
static struct plan_host_edge host_edges[] = {
	{.from = "web", .transport = PLAN_UDP, .port = FIGURES},
	{.from = "web", .transport = PLAN_UDP, .port = NOBODY},
};
static struct plan plan;
static int groups[2] = {-1, -1}, pidfds[2] = {-1, -1};
static pid_t parts[2], servers[3];
static struct fault why;
static const char *const names[2] = {"gateway", "outlet"};

static void fill_plan(void)
{
	plan = network_plan;
	plan.stack = "test-datagrams";
	plan.network.outlet_id = 1900000002;
	plan.publishes = doors;
	plan.publish_count = sizeof(doors) / sizeof(doors[0]);
	plan.host_edges = host_edges;
	plan.host_edge_count = sizeof(host_edges) / sizeof(host_edges[0]);
}

static int start(enum gateway_part part)
{
	groups[part] = enforce_cgroup_open(plan.stack, names[part], &why);
	return groups[part] < 0 ? groups[part]
				: gateway_start(part, &plan, &router, NULL, groups[part],
					  &parts[part], &pidfds[part], &why);
}

static int build(void **state)
{
	const struct rlimit few = {FEW, FEW};
	struct rlimit before;

	(void)state;
	if (network_stack_build_of(&plan))
		return -1;
	servers[0] = peer_serve(networks[WEB], SOCK_DGRAM, "0.0.0.0", DOOR);
	servers[1] = peer_serve(networks[WEB], SOCK_DGRAM, "::", DOOR);
	servers[2] = peer_serve(networks[WEB], SOCK_DGRAM, "0.0.0.0", NARROW);
	getrlimit(RLIMIT_NOFILE, &before);
	setrlimit(RLIMIT_NOFILE, &few);
	int error = start(GATEWAY_DOORS);
	setrlimit(RLIMIT_NOFILE, &before);
	if (error || start(GATEWAY_OUTLET))
		return fprintf(stderr, "start: %s\n", why.text);
	return 0;
}

static int take_down(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		peer_stop(parts[i]);
		close(pidfds[i]);
		close(groups[i]);
		enforce_cgroup_remove(plan.stack, names[i], NULL);
	}
	for (int i = 0; i < 3; i++)
		peer_stop(servers[i]);
	network_stack_take_down(NULL);
	return 0;
}

static int ask(int network, const char *from, const char *to, unsigned port, char answer[80])
{
	answer[0] = '\0';
	return peer_ask(network, SOCK_DGRAM, from, to, port, answer);
}

static void the_client_address_is_kept(void **state)
{
	static const char *const rows[][3] = {
		{"192.0.2.77", "192.0.2.10", "192.0.2.77 "},
		{"2001:db8::77", "2001:db8::10", "2001:db8::77 "},
		{NULL, "127.0.0.1", "198.18.4.1 "},
		{NULL, "::1", "fd62:6b68::1 "},
		/* Nobody is answered at such an address (enforce/askers_program.h). */
		{"198.18.200.1", "192.0.2.10", "198.18.4.1 "},
	};
	char answer[80];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(-1, rows[i][0], rows[i][1], DOOR, answer), 0);
		if (strncmp(answer, rows[i][2], strlen(rows[i][2])) != 0)
			fail_msg("row %zu: %s", i, answer);
	}
}

static void ranges_and_counts_hold(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(ask(-1, "192.0.2.77", "192.0.2.10", NARROW, answer), 0);
	assert_int_equal(ask(-1, "192.0.2.10", "192.0.2.10", NARROW, answer), ETIMEDOUT);
	assert_int_equal(ask(-1, "192.0.2.77", "192.0.2.10", NARROW, answer), 0);
	/* The two are not over yet. */
	assert_int_equal(ask(-1, "192.0.2.77", "192.0.2.10", NARROW, answer), ETIMEDOUT);
}

static size_t descriptors_of(pid_t process)
{
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", process);
	DIR *folder = opendir(path);
	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* More than there is room for: each has its answer, and the oldest give way. */
static void many_flows_are_answered_in_few_places(void **state)
{
	union gateway_address to;
	const socklen_t length = gateway_address_set(&to, "192.0.2.10", DOOR);

	(void)state;
	for (int i = 0; i < 500; i++) {
		scoped(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct pollfd poller = {fd, POLLIN, 0};

		assert_int_equal(sendto(fd, "?", 1, 0, &to.any, length), 1);
		if (poll(&poller, 1, 2000) != 1)
			fail_msg("flow %d", i);
	}
	assert_true(descriptors_of(parts[GATEWAY_DOORS]) < 60);
}

static __attribute__((noreturn)) void repeat(int heard, int said)
{
	static unsigned char bytes[65536];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		union gateway_address client;
		socklen_t size = sizeof(client);
		ssize_t got = recvfrom(heard, bytes, sizeof(bytes), 0, &client.any, &size);

		if (got >= 0)
			sendto(said, bytes, (size_t)got, 0, &client.any, size);
	}
}

/* A daemon of this machine: it repeats what it is sent, by the socket that heard it or, @elsewhere,
 * by another one. */
static pid_t serve(unsigned port, bool elsewhere)
{
	union gateway_address own;
	const socklen_t length = gateway_address_set(&own, "127.0.0.1", port);
	scoped(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	scoped(fd) int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, &own.any, length), 0);
	pid_t child = fork();
	if (child == 0)
		repeat(fd, elsewhere ? other : fd);
	return child;
}

/* In the network of web; 0 when what came back is as long. */
static int exchange(void *context)
{
	static unsigned char bytes[65536];
	const size_t length = *(size_t *)context;
	union gateway_address to;
	const socklen_t size = gateway_address_set(&to, "198.18.4.1", FIGURES);

	if (setns(networks[WEB], 0) < 0)
		return 1;
	scoped(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd poller = {fd, POLLIN, 0};
	if (connect(fd, &to.any, size) < 0 || send(fd, bytes, length, 0) != (ssize_t)length)
		return 2;
	if (poll(&poller, 1, 2000) != 1)
		return 3;
	return recv(fd, bytes, sizeof(bytes), 0) != (ssize_t)length ? 4 : 0;
}

/* A datagram of nothing is one, and so is the largest. */
static void lengths_are_kept(void **state)
{
	static size_t lengths[] = {0, 1, 1472, 1473, 9000, 65507};
	pid_t echo = serve(FIGURES, false);

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const int status = in_child(exchange, &lengths[i]);

		if (status)
			fail_msg("length %zu: %d", lengths[i], status);
	}
	peer_stop(echo);
}

/* Who was asked answers, and nobody else. */
static void an_answer_comes_from_whom_was_asked(void **state)
{
	char answer[80];
	pid_t other = serve(FIGURES, true);

	(void)state;
	assert_int_equal(ask(networks[WEB], NULL, "198.18.4.1", FIGURES, answer), ETIMEDOUT);
	peer_stop(other);
	pid_t echo = serve(FIGURES, false);
	assert_int_equal(ask(networks[WEB], NULL, "198.18.4.1", FIGURES, answer), 0);
	assert_int_equal(ask(networks[WEB], NULL, "fd62:6b68::1", FIGURES, answer), 0);
	peer_stop(echo);
}

static void a_daemon_that_comes_later_is_found(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(ask(networks[WEB], NULL, "198.18.4.1", NOBODY, answer), ETIMEDOUT);
	pid_t late = peer_serve(-1, SOCK_DGRAM, "::1", NOBODY);
	assert_int_equal(ask(networks[WEB], NULL, "198.18.4.1", NOBODY, answer), 0);
	assert_memory_equal(answer, "::1 ", 4);
	peer_stop(late);
}

static void what_is_not_declared_is_refused(void **state)
{
	pid_t hidden = peer_serve(-1, SOCK_DGRAM, "127.0.0.1", 6379);
	pid_t figures = peer_serve(-1, SOCK_DGRAM, "127.0.0.1", FIGURES);
	char answer[80];

	(void)state;
	/* Its own table, then the router's alone. */
	for (int flushed = 0; flushed < 2; flushed++) {
		assert_int_equal(ask(networks[WEB], NULL, "198.18.4.1", FIGURES, answer), 0);
		assert_int_not_equal(ask(networks[WEB], NULL, "198.18.4.1", 6379, answer), 0);
		assert_int_not_equal(ask(networks[API], NULL, "198.18.4.1", FIGURES, answer), 0);
		for (int i = WEB; !flushed && i <= DB; i++)
			assert_int_equal(network_stack_load(networks[i], "flush ruleset"), 0);
	}
	assert_int_not_equal(ask(router.network, NULL, "198.18.4.1", FIGURES, answer), 0);
	peer_stop(hidden);
	peer_stop(figures);
}

/* In the cgroup of the gateway and nothing else of it: the socket may send to nobody. */
static int send_held(void *context)
{
	scoped(fd) int processes =
		openat(groups[GATEWAY_DOORS], "cgroup.procs", O_WRONLY | O_CLOEXEC);
	union gateway_address to;
	const socklen_t length = gateway_address_set(&to, context, DOOR);

	if (processes < 0 || write(processes, "0", 1) != 1)
		return 255;
	scoped(fd) int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sendto(fd, "?", 1, 0, &to.any, length) == 1 || errno != EPERM)
		return 1;
	return connect(fd, &to.any, length) == 0 || errno != EPERM ? 2 : 0;
}

static void the_gateway_sends_to_nobody_who_has_not_asked(void **state)
{
	static const char *const rows[] = {
		"127.0.0.1", "192.0.2.10", "192.0.2.77", "::1", "2001:db8::10", "::ffff:127.0.0.1"};
	char answer[80];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (in_child(send_held, (void *)rows[i]) != 0)
			fail_msg("%s", rows[i]);
	assert_int_equal(ask(-1, NULL, "192.0.2.10", DOOR, answer), 0);
}

static void verify_agrees_and_sees_drift(void **state)
{
	struct plan other = plan;

	(void)state;
	if (enforce_network_verify_router(&plan, router.network, &why))
		fail_msg("router: %s", why.text);
	for (int i = 0; i < SERVICES; i++)
		if (enforce_network_verify_service(&plan, &plan.services[i], networks[i], &why))
			fail_msg("service %d: %s", i, why.text);
	assert_true(enforce_answers_held(&plan, parts[GATEWAY_DOORS]));
	assert_true(enforce_connects_held(&plan, parts[GATEWAY_OUTLET]));
	assert_false(enforce_answers_held(&plan, parts[GATEWAY_OUTLET]));
	assert_false(enforce_answers_held(&plan, getpid()));
	other.publish_count = 0;
	other.host_edge_count = 1;
	assert_false(enforce_answers_held(&other, parts[GATEWAY_DOORS]));
	assert_false(enforce_connects_held(&other, parts[GATEWAY_OUTLET]));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, build, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_client_address_is_kept),
		TEST(ranges_and_counts_hold),
		TEST(many_flows_are_answered_in_few_places),
		TEST(lengths_are_kept),
		TEST(an_answer_comes_from_whom_was_asked),
		TEST(a_daemon_that_comes_later_is_found),
		TEST(what_is_not_declared_is_refused),
		TEST(the_gateway_sends_to_nobody_who_has_not_asked),
		TEST(verify_agrees_and_sees_drift),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the filters of our processes refuse");
	return 77;
#endif
	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	if (system("for address in 192.0.2.10/32 192.0.2.77/32 198.18.200.1/32; do ip address add "
		   "$address dev lo; done && ip -6 address add 2001:db8::10/128 dev lo nodad && "
		   "ip -6 address add 2001:db8::77/128 dev lo nodad"))
		return 1;
	fill_plan();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
