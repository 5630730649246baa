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
#include "system/network_stack.h"

static struct fault why;

static int ask(int from, int type, const char *as, int to, int wide, unsigned port)
{
	char answer[80];

	return peer_ask(networks[from], type, as, network_stack_address(to, wide), port, answer);
}

static void a_declared_edge_works(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t api = peer_serve(networks[API], SOCK_STREAM, wide ? "::" : "0.0.0.0", 3000);
		pid_t db =
			peer_serve(networks[DB], SOCK_DGRAM, network_stack_address(DB, wide), 53);
		char answer[80];

		assert_true(api > 0 && db > 0);
		assert_int_equal(peer_ask(networks[WEB], SOCK_STREAM, NULL,
					 network_stack_address(API, wide), 3000, answer),
			0);
		assert_memory_equal(answer, network_stack_address(WEB, wide),
			strlen(network_stack_address(WEB, wide)));
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
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL,
					 network_stack_address(WEB, wide), 443, answer),
			0);
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL,
					 network_stack_address(WEB, wide), 444, answer),
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
						 network_stack_address(DB, wide), ports[i], answer),
				0);
			assert_memory_equal(answer, own, strlen(own));
			peer_stop(db);
		}
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 9188);
		pid_t probed = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 9187);
		assert_int_equal(peer_ask(router.network, SOCK_STREAM, NULL,
					 network_stack_address(DB, wide), 9188, answer),
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
	inet_pton(AF_INET, network_stack_address(WEB, 0), &to.sin_addr);
	to.sin_port = htons(443);
	assert_int_equal(in_child(connect_as_gateway, &to), 0);
	inet_pton(AF_INET, network_stack_address(DB, 0), &to.sin_addr);
	to.sin_port = htons(5432);
	assert_int_equal(in_child(connect_as_gateway, &to), ECONNREFUSED);
	peer_stop(web);
	peer_stop(db);
}

/* Even a service that could do what it likes with its own table meets the router's. */
static void the_router_alone_holds(void **state)
{
	int flushed[2] = {networks[WEB], networks[DB]};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(network_stack_load(flushed[i], "flush ruleset"), 0);
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
		NETWORK_STACK_TEST(a_declared_edge_works),
		NETWORK_STACK_TEST(an_undeclared_port_is_refused_at_once),
		NETWORK_STACK_TEST(an_undeclared_peer_is_refused_at_once),
		NETWORK_STACK_TEST(a_published_port_is_no_door_for_peers),
		NETWORK_STACK_TEST(what_is_probed_is_open_to_the_router),
		NETWORK_STACK_TEST(what_is_probed_is_not_open_to_the_gateway),
		NETWORK_STACK_TEST(the_router_alone_holds),
		NETWORK_STACK_TEST(there_is_no_way_out),
		NETWORK_STACK_TEST(packets_are_as_long_as_they_can_be),
		NETWORK_STACK_TEST(a_link_of_the_dead_makes_place),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
