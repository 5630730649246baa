/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Services may talk along the plan's edges and in no other way. */

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"

static struct enforce_network_router router = {-1, -1};
static int networks[WORKER + 1];
static struct fault why;

static const char *address(int service, int wide)
{
	const struct plan_service *from = &network_plan.services[service];

	return wide ? from->address6 : from->address4;
}

static int build(void **state)
{
	(void)state;
	return peer_networks(&router, networks);
}

static int take_down(void **state)
{
	(void)state;
	peer_networks_close(&router, networks);
	return 0;
}

static int ask(int from, int type, const char *as, int to, int wide, unsigned port)
{
	char answer[80];

	return peer_ask(networks[from], type, as, address(to, wide), port, answer);
}

static int load(int network, const char *text)
{
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);

	return home < 0 ? home : enforce_nft_load(text, "change", (struct where){0}, &why);
}

static void a_declared_edge_works(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t api = peer_serve(networks[API], SOCK_STREAM, wide ? "::" : "0.0.0.0", 3000);
		pid_t db = peer_serve(networks[DB], SOCK_DGRAM, address(DB, wide), 53);
		char answer[80];

		assert_true(api > 0 && db > 0);
		assert_int_equal(peer_ask(networks[WEB], SOCK_STREAM, NULL, address(API, wide),
					 3000, answer),
			0);
		assert_memory_equal(answer, address(WEB, wide), strlen(address(WEB, wide)));
		assert_int_equal(ask(WEB, SOCK_DGRAM, NULL, DB, wide, 53), 0);
		peer_stop(api);
		peer_stop(db);
	}
}

static void an_undeclared_port_is_refused_at_once(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t api = peer_serve(networks[API], SOCK_STREAM, wide ? "::" : "0.0.0.0", 3001);

		assert_true(api > 0);
		assert_int_equal(ask(WEB, SOCK_STREAM, NULL, API, wide, 3001), ECONNREFUSED);
		/* The way back of an edge is not an edge. */
		assert_int_equal(ask(API, SOCK_STREAM, NULL, WEB, wide, 3000), ECONNREFUSED);
		assert_int_not_equal(ask(WEB, SOCK_DGRAM, NULL, API, wide, 3000), 0);
		peer_stop(api);
	}
}

static void an_undeclared_peer_is_refused_at_once(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 5432);
		pid_t api = peer_serve(networks[API], SOCK_STREAM, wide ? "::" : "0.0.0.0", 3000);

		assert_true(db > 0 && api > 0);
		assert_int_equal(ask(API, SOCK_STREAM, NULL, DB, wide, 5432), 0);
		assert_int_equal(ask(WEB, SOCK_STREAM, NULL, DB, wide, 5432), ECONNREFUSED);
		assert_int_not_equal(ask(DB, SOCK_STREAM, NULL, API, wide, 3000), 0);
		assert_int_equal(ask(WORKER, SOCK_STREAM, NULL, API, wide, 3000), ENETUNREACH);
		peer_stop(db);
		peer_stop(api);
	}
}

static void a_published_port_is_no_door_for_peers(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t web = peer_serve(networks[WEB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 443);
		char answer[80];

		assert_true(web > 0);
		assert_int_equal(ask(API, SOCK_STREAM, NULL, WEB, wide, 443), ECONNREFUSED);
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL, address(WEB, wide),
					 443, answer),
			0);
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL, address(WEB, wide),
					 444, answer),
			ECONNREFUSED);
		peer_stop(web);
	}
}

/* Nobody but the router, and at no other port; and what it asks gets no way to it. */
static void what_is_probed_is_open_to_the_router(void **state)
{
	static const unsigned ports[] = {5432, 9187};

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		const char *own = wide ? "fd62:6b68::1" : "198.18.4.1";
		pid_t listener =
			peer_serve(router.network, SOCK_STREAM, wide ? "::" : "0.0.0.0", 80);
		char answer[80];

		assert_true(listener > 0);
		for (int i = 0; i < 2; i++) {
			pid_t db = peer_serve(
				networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", ports[i]);

			assert_true(db > 0);
			assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL,
						 address(DB, wide), ports[i], answer),
				0);
			assert_memory_equal(answer, own, strlen(own));
			peer_stop(db);
		}
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 9188);
		pid_t probed = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 9187);
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL, address(DB, wide),
					 9188, answer),
			ECONNREFUSED);
		assert_int_equal(ask(API, SOCK_STREAM, NULL, DB, wide, 9187), ECONNREFUSED);
		assert_int_equal(
			peer_ask(networks[DB], SOCK_STREAM, NULL, own, 80, answer), ECONNREFUSED);
		peer_stop(db);
		peer_stop(probed);
		peer_stop(listener);
	}
}

/* As the gateway, which was taken over; 0 or the errno. */
static int connect_as_gateway(void *context)
{
	const struct sockaddr_in *to = context;
	uid_t id = network_plan.network.gateway_id;
	int fd;

	if (setns(router.network, CLONE_NEWNET) < 0 || setresuid(id, id, id) < 0)
		return 255;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0 ? errno : 0;
}

static void what_is_probed_is_not_open_to_the_gateway(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	pid_t web = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 443);
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "0.0.0.0", 5432);

	(void)state;
	assert_true(web > 0 && db > 0);
	inet_pton(AF_INET, address(WEB, 0), &to.sin_addr);
	to.sin_port = htons(443);
	assert_int_equal(in_child(connect_as_gateway, &to), 0);
	inet_pton(AF_INET, address(DB, 0), &to.sin_addr);
	to.sin_port = htons(5432);
	assert_int_equal(in_child(connect_as_gateway, &to), ECONNREFUSED);
	peer_stop(web);
	peer_stop(db);
}

/* From the port at which api answers web, to where web listens; 0 or the errno. */
static int begin_as_answer(void *context)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(3000)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4000)};
	int fd = setns(networks[API], CLONE_NEWNET) < 0 ? -1 : socket(AF_INET, SOCK_STREAM, 0);

	(void)context;
	inet_pton(AF_INET, address(API, 0), &own.sin_addr);
	inet_pton(AF_INET, address(WEB, 0), &to.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		return 255;
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

/* Its own table alone lets api answer from there, and begin nothing; without it, it could. */
static void who_answers_begins_nothing(void **state)
{
	pid_t web = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(web > 0);
	assert_int_equal(load(networks[WEB], "flush ruleset"), 0);
	assert_int_equal(load(router.network, "flush ruleset"), 0);
	assert_int_equal(in_child(begin_as_answer, NULL), ECONNREFUSED);
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	assert_true(api > 0);
	assert_int_equal(ask(WEB, SOCK_STREAM, NULL, API, 0, 3000), 0);
	peer_stop(api);
	assert_int_equal(load(networks[API], "flush ruleset"), 0);
	assert_int_equal(in_child(begin_as_answer, NULL), 0);
	peer_stop(web);
}

/* How many connections the kernel remembers in @network; -1: it does not say. */
static int remembered(int network)
{
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);
	scoped(file) FILE *count =
		home < 0 ? NULL : fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");
	int number = -1;

	return count && fscanf(count, "%d", &number) == 1 ? number : -1;
}

/* The table of connections is the host's: edges of TCP put nothing there, datagrams do. */
static void an_edge_of_tcp_is_not_followed(void **state)
{
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	pid_t db = peer_serve(networks[DB], SOCK_DGRAM, "0.0.0.0", 53);

	(void)state;
	assert_true(api > 0 && db > 0);
	if (remembered(router.network) < 0)
		skip();
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(WEB, SOCK_STREAM, NULL, API, 0, 3000), 0);
	assert_int_equal(remembered(router.network), 0);
	assert_int_equal(remembered(networks[API]), 0);
	assert_int_equal(ask(WEB, SOCK_DGRAM, NULL, DB, 0, 53), 0);
	assert_int_equal(remembered(router.network), 1);
	peer_stop(api);
	peer_stop(db);
}

/* Even a service that could do what it likes with its own table meets the router's. */
static void the_router_alone_holds(void **state)
{
	int flushed[2] = {networks[WEB], networks[DB]};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(load(flushed[i], "flush ruleset"), 0);
	for (int wide = 0; wide < 2; wide++) {
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 5432);
		const char *stranger = wide ? "fd62:6b68::3" : "198.18.4.3";

		assert_true(db > 0);
		assert_int_equal(ask(WEB, SOCK_STREAM, NULL, DB, wide, 5432), ECONNREFUSED);
		/* As api, which may: what comes in by web's link is not api. */
		assert_int_equal(ask(WEB, SOCK_STREAM, stranger, DB, wide, 5432), ETIMEDOUT);
		peer_stop(db);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(enforce_network_verify_service(&network_plan,
					 &network_plan.services[i ? DB : WEB], flushed[i], &why),
			1);
}

static void there_is_no_way_out(void **state)
{
	(void)state;
	char answer[80];

	assert_int_equal(
		peer_ask(networks[API], SOCK_STREAM, NULL, "192.0.2.1", 80, answer), ENETUNREACH);
	assert_int_equal(
		peer_ask(networks[API], SOCK_STREAM, NULL, "2001:db8::1", 80, answer), ENETUNREACH);
	assert_int_equal(
		peer_ask(networks[WEB], SOCK_STREAM, NULL, "192.0.2.1", 80, answer), ECONNREFUSED);
	assert_int_equal(
		peer_ask(networks[WEB], SOCK_STREAM, NULL, "198.18.4.1", 80, answer), ECONNREFUSED);
	assert_int_equal(peer_ask(networks[WORKER], SOCK_STREAM, NULL, "192.0.2.1", 80, answer),
		ENETUNREACH);
}

static int packet_bytes(int network, const char *link)
{
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);
	scoped(fd) int fd = home < 0 ? -1 : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", link);
	return fd < 0 || ioctl(fd, SIOCGIFMTU, &request) < 0 ? -errno : request.ifr_mtu;
}

static void packets_are_as_long_as_they_can_be(void **state)
{
	char name[NETWORK_LINK_NAME];

	(void)state;
	enforce_network_link_name(network_plan.services[API].link, name);
	assert_int_equal(packet_bytes(router.network, name), NETWORK_LINK_BYTES);
	assert_int_equal(packet_bytes(networks[API], NETWORK_SERVICE_LINK), NETWORK_LINK_BYTES);
}

static void a_link_of_the_dead_makes_place(void **state)
{
	(void)state;
	assert_int_equal(enforce_network_service(&network_plan, &network_plan.services[DB],
				 router.network, &networks[WORKER], &why),
		-EEXIST);
	close(networks[DB]);
	assert_int_equal(enforce_network_service(&network_plan, &network_plan.services[DB],
				 router.network, &networks[DB], &why),
		0);
}

static void hosts_name_the_peers(void **state)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(
		enforce_network_hosts(&network_plan, &network_plan.services[API], arena),
		"127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
		"198.18.4.3 api\nfd62:6b68::3 api\n198.18.4.4 db\nfd62:6b68::4 db\n");
	assert_string_equal(
		enforce_network_hosts(&network_plan, &network_plan.services[WORKER], arena),
		"127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.0.1 worker\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_name_the_peers),
		cmocka_unit_test_setup_teardown(a_declared_edge_works, build, take_down),
		cmocka_unit_test_setup_teardown(
			an_undeclared_port_is_refused_at_once, build, take_down),
		cmocka_unit_test_setup_teardown(
			an_undeclared_peer_is_refused_at_once, build, take_down),
		cmocka_unit_test_setup_teardown(
			a_published_port_is_no_door_for_peers, build, take_down),
		cmocka_unit_test_setup_teardown(
			what_is_probed_is_open_to_the_router, build, take_down),
		cmocka_unit_test_setup_teardown(
			what_is_probed_is_not_open_to_the_gateway, build, take_down),
		cmocka_unit_test_setup_teardown(who_answers_begins_nothing, build, take_down),
		cmocka_unit_test_setup_teardown(an_edge_of_tcp_is_not_followed, build, take_down),
		cmocka_unit_test_setup_teardown(the_router_alone_holds, build, take_down),
		cmocka_unit_test_setup_teardown(there_is_no_way_out, build, take_down),
		cmocka_unit_test_setup_teardown(
			packets_are_as_long_as_they_can_be, build, take_down),
		cmocka_unit_test_setup_teardown(a_link_of_the_dead_makes_place, build, take_down),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
