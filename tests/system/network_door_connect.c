/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Where connect(2) leads in the host's network, `gateway: nat`: the addresses of services are its
 * loopback's here, so that the program alone decides who gets to them.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/netlink.h"
#include "enforce/network_door_connect.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

enum { LO = 1, ASKED = 40 };

static struct plan_publish publishes[] = {
	{.service = "web", .port = 80, .host_port = 8080, .address = "127.0.0.1"},
	{.service = "web", .port = 80, .host_port = 8081, .address = "0.0.0.0"},
	{.service = "web", .port = 80, .host_port = 8082, .address = "127.0.0.1"},
	{.service = "api", .port = 80, .host_port = 8082, .address = "127.0.0.1"},
	{.service = "web", .port = 80, .host_port = 8083, .address = "::"},
};
/* The same service at another door, for another stack. */
static struct plan_publish others[] = {
	{.service = "web", .port = 80, .host_port = 8090, .address = "127.0.0.1"},
};
static struct plan plan, other;
static struct fault why;
static pid_t web, api;

static int take_down(void **state)
{
	(void)state;
	peer_stop(web);
	peer_stop(api);
	enforce_door_connect_away(plan.stack, &why);
	enforce_door_connect_away(other.stack, &why);
	return 0;
}

static int build(void **state)
{
	const struct plan_service *services = network_plan.services;

	(void)state;
	plan = other = network_plan;
	plan.stack = "test-door";
	plan.publishes = publishes;
	plan.publish_count = sizeof(publishes) / sizeof(publishes[0]);
	other.stack = "test-other-door";
	other.publishes = others;
	other.publish_count = 1;
	other.network.prefix4 = "198.18.5.0/24";
	web = peer_serve(-1, SOCK_STREAM, services[WEB].address4, 80);
	api = peer_serve(-1, SOCK_STREAM, services[API].address4, 80);
	return web > 0 && api > 0 && enforce_door_connect(&plan, &why) == 0 ? 0 : -1;
}

static int ask(const char *from, const char *to, unsigned port)
{
	char answer[80] = "";

	return peer_ask(-1, SOCK_STREAM, from, to, port, answer);
}

static void a_door_leads_to_its_service(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, "127.0.0.1", 8080), 0);
	assert_int_equal(ask(NULL, "::ffff:127.0.0.1", 8080), 0);
	assert_int_equal(ask(NULL, "127.0.0.1", 8081), 0);
	assert_int_equal(ask(NULL, "127.99.0.1", 8081), 0);
	assert_int_equal(ask(NULL, "0.0.0.0", 8080), 0);
	assert_int_equal(ask(NULL, "0.0.0.0", 8081), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 0);
}

static void what_is_no_door_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, "127.0.0.2", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "::1", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "127.0.0.1", 80), ECONNREFUSED);
	assert_int_equal(ask(NULL, "127.0.0.1", 8083), ECONNREFUSED);
	pid_t server = peer_serve(-1, SOCK_STREAM, "127.0.0.1", 9000);
	assert_int_equal(ask(NULL, "127.0.0.1", 9000), 0);
	peer_stop(server);
}

/* Its packets would come from where no answer gets to. */
static void who_chose_an_address_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(ask("127.0.0.1", "127.0.0.1", 8080), ECONNREFUSED);
	assert_int_equal(ask("127.0.0.3", "127.0.0.1", 8081), ECONNREFUSED);
}

static void a_service_has_no_address_but_its_door(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, "198.18.4.2", 80), EPERM);
	assert_int_equal(ask(NULL, "::ffff:198.18.4.2", 80), EPERM);
	assert_int_equal(ask("127.0.0.1", "198.18.4.2", 80), EPERM);
	assert_int_equal(ask(NULL, "198.18.4.9", 12), EPERM);
}

/* Is one asked and then the other? */
static void instances_are_chosen_by_chance(void **state)
{
	(void)state;
	for (int i = 0; i < ASKED; i++)
		assert_int_equal(ask(NULL, "127.0.0.1", 8082), 0);
	peer_stop(api);
	int answered = 0;
	for (int i = 0; i < ASKED; i++)
		answered += ask(NULL, "127.0.0.1", 8082) == 0;
	assert_in_range(answered, 3, ASKED - 3);
	api = 0;
}

/* A network with a loopback, and nothing else. */
static int another_network(void)
{
	scoped(netlink) struct enforce_netlink netlink = {0};
	scoped(fd) int network = enforce_network_space((struct where){0}, &why);
	scoped(visit) int home =
		network < 0 ? -1 : enforce_network_visit(network, (struct where){0}, &why);

	if (home < 0 || enforce_netlink_open(&netlink, (struct where){0}, &why) ||
		enforce_network_link_up(&netlink, LO, &why) ||
		enforce_netlink_flush(&netlink, &why))
		return -1;
	return take_fd(&network);
}

static void another_network_has_its_own_loopback(void **state)
{
	char answer[80];
	scoped(fd) int network = another_network();

	(void)state;
	assert_true(network >= 0);
	pid_t server = peer_serve(network, SOCK_STREAM, "127.0.0.1", 8080);
	assert_true(server > 0);
	assert_int_equal(peer_ask(network, SOCK_STREAM, NULL, "127.0.0.1", 8080, answer), 0);
	peer_stop(server);
	assert_int_equal(
		peer_ask(network, SOCK_STREAM, NULL, "127.0.0.1", 8080, answer), ECONNREFUSED);
}

static void stacks_are_beside_each_other(void **state)
{
	(void)state;
	assert_int_equal(enforce_door_connect(&other, &why), 0);
	assert_int_equal(ask(NULL, "127.0.0.1", 8080), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 0);
	assert_int_equal(enforce_door_connect_verify(&other, &why), 0);
	assert_int_equal(enforce_door_connect_away(plan.stack, &why), 0);
	assert_int_equal(ask(NULL, "127.0.0.1", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "127.0.0.1", 8090), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 1);
	assert_non_null(strstr(why.text, "not led to the stack as planned"));
	assert_int_equal(enforce_door_connect_verify(&other, &why), 0);
}

/* Put in place again, it is there once; of another plan, it takes the first one's place. */
static void the_last_plan_holds(void **state)
{
	struct plan moved = plan;

	(void)state;
	assert_int_equal(enforce_door_connect(&plan, &why), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 0);
	moved.publishes = others;
	moved.publish_count = 1;
	assert_int_equal(enforce_door_connect(&moved, &why), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 1);
	assert_int_equal(enforce_door_connect_verify(&moved, &why), 0);
	assert_int_equal(ask(NULL, "127.0.0.1", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "127.0.0.1", 8090), 0);
}

static void nothing_is_left(void **state)
{
	(void)state;
	assert_int_equal(enforce_door_connect_away(plan.stack, &why), 0);
	assert_int_equal(enforce_door_connect_verify(&plan, &why), 1);
	assert_int_equal(ask(NULL, "127.0.0.1", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "::ffff:127.0.0.1", 8080), ECONNREFUSED);
	assert_int_equal(ask(NULL, "198.18.4.2", 80), 0);
	assert_int_equal(ask(NULL, "::ffff:198.18.4.2", 80), 0);
	assert_int_equal(enforce_door_connect_away(plan.stack, &why), 0);
}

/* The services' addresses, where they are found without a router. */
static int addresses(void)
{
	scoped(netlink) struct enforce_netlink netlink = {0};
	int error = enforce_netlink_open(&netlink, (struct where){0}, &why);

	for (size_t i = WEB; !error && i <= API; i++)
		error = enforce_network_address(
			&netlink, LO, network_plan.services[i].address4, &why);
	return error ? error : enforce_netlink_flush(&netlink, &why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_door_leads_to_its_service, build, take_down),
		cmocka_unit_test_setup_teardown(what_is_no_door_is_left_alone, build, take_down),
		cmocka_unit_test_setup_teardown(
			who_chose_an_address_is_left_alone, build, take_down),
		cmocka_unit_test_setup_teardown(
			a_service_has_no_address_but_its_door, build, take_down),
		cmocka_unit_test_setup_teardown(instances_are_chosen_by_chance, build, take_down),
		cmocka_unit_test_setup_teardown(
			another_network_has_its_own_loopback, build, take_down),
		cmocka_unit_test_setup_teardown(stacks_are_beside_each_other, build, take_down),
		cmocka_unit_test_setup_teardown(the_last_plan_holds, build, take_down),
		cmocka_unit_test_setup_teardown(nothing_is_left, build, take_down),
	};

	if (!peer_host() || addresses()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
