/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who answers by an edge begins nothing, and the kernel need not remember who began. */

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_rules.h"
#include "enforce/network_space.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

/* web asks @to. */
static int ask(int type, int to, unsigned port)
{
	char answer[80];

	return peer_ask(networks[WEB], type, NULL, network_stack_address(to, false), port, answer);
}

/* Who begins, from which port, and with whom, at port 4000. */
struct beginning {
	int from, to;
	uint16_t port;
};

/* As a socket of the service's own would; 0 or the errno. */
static int begin(void *context)
{
	const struct beginning *beginning = context;
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(beginning->port)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4000)};
	int fd = setns(networks[beginning->from], CLONE_NEWNET) < 0
			 ? -1
			 : socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, network_stack_address(beginning->from, false), &own.sin_addr);
	inet_pton(AF_INET, network_stack_address(beginning->to, false), &to.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		return 255;
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

/* From the port at which api answers web, to web; and db, to api. */
static struct beginning as_api = {API, WEB, 3000}, as_db = {DB, API, 5432};

/* Its own table alone lets api answer from there, and begin nothing; without it, it could. */
static void who_answers_begins_nothing(void **state)
{
	pid_t web = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(web > 0);
	assert_int_equal(network_stack_load(networks[WEB], "flush ruleset"), 0);
	assert_int_equal(network_stack_load(router.network, "flush ruleset"), 0);
	assert_int_equal(in_child(begin, &as_api), ECONNREFUSED);
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	assert_true(api > 0);
	assert_int_equal(ask(SOCK_STREAM, API, 3000), 0);
	peer_stop(api);
	assert_int_equal(network_stack_load(networks[API], "flush ruleset"), 0);
	assert_int_equal(in_child(begin, &as_api), 0);
	peer_stop(web);
}

/* So does the router's, where the services' own are gone. */
static void the_router_lets_answers_begin_nothing(void **state)
{
	pid_t web = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(web > 0);
	assert_int_equal(network_stack_load(networks[WEB], "flush ruleset"), 0);
	assert_int_equal(network_stack_load(networks[API], "flush ruleset"), 0);
	assert_int_equal(in_child(begin, &as_api), ECONNREFUSED);
	peer_stop(web);
}

/* And that of who is answered. */
static void who_is_answered_is_asked_nothing(void **state)
{
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(api > 0);
	assert_int_equal(network_stack_load(networks[DB], "flush ruleset"), 0);
	assert_int_equal(network_stack_load(router.network, "flush ruleset"), 0);
	assert_int_equal(in_child(begin, &as_db), ECONNREFUSED);
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "0.0.0.0", 5432);
	char answer[80];
	assert_true(db > 0);
	assert_int_equal(peer_ask(networks[API], SOCK_STREAM, NULL,
				 network_stack_address(DB, false), 5432, answer),
		0);
	peer_stop(db);
	assert_int_equal(network_stack_load(networks[API], "flush ruleset"), 0);
	assert_int_equal(in_child(begin, &as_db), 0);
	peer_stop(api);
}

/* And that of who is asked. */
static void who_is_asked_holds_its_ports(void **state)
{
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	pid_t other = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3001);

	(void)state;
	assert_true(api > 0 && other > 0);
	assert_int_equal(network_stack_load(networks[WEB], "flush ruleset"), 0);
	assert_int_equal(network_stack_load(router.network, "flush ruleset"), 0);
	assert_int_equal(ask(SOCK_STREAM, API, 3000), 0);
	assert_int_equal(ask(SOCK_STREAM, API, 3001), ECONNREFUSED);
	assert_int_equal(network_stack_load(networks[API], "flush ruleset"), 0);
	assert_int_equal(ask(SOCK_STREAM, API, 3001), 0);
	peer_stop(api);
	peer_stop(other);
}

/* How many connections api gets to db and keeps, of four; 100 + that when the next one failed by
 * another thing than a refusal. */
static int keep_asking(void *context)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(5432)};

	(void)context;
	inet_pton(AF_INET, network_stack_address(DB, false), &to.sin_addr);
	if (setns(networks[API], CLONE_NEWNET) < 0)
		return 200;
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		alarm(5);
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			return errno == ECONNREFUSED ? i : 100 + i;
	}
	return 4;
}

/* db, whose connections are followed, with room for two: the third is refused at once, though
 * neither the router nor api follows any. */
static void a_limit_refuses_at_once(void **state)
{
	scoped(memory) char *rules =
		enforce_network_rules_service(&network_plan, &network_plan.services[DB]);
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "0.0.0.0", 5432);
	int changed = 0;

	(void)state;
	assert_non_null(rules);
	assert_true(db > 0);
	assert_int_equal(in_child(keep_asking, NULL), 4);
	for (char *at = rules; (at = strstr(at, "over 8192")); changed++)
		memcpy(at, "over 2   ", 9);
	assert_int_equal(changed, 4);
	assert_int_equal(network_stack_load(networks[DB], "flush ruleset"), 0);
	assert_int_equal(network_stack_load(networks[DB], rules), 0);
	assert_int_equal(in_child(keep_asking, NULL), 2);
	peer_stop(db);
}

/* How many connections the kernel remembers in @network; -1: it does not say. */
static int remembered(int network)
{
	struct fault why = {0};
	scoped(visit) int home = enforce_network_visit(network, (struct where){0}, &why);
	scoped(file) FILE *count =
		home < 0 ? NULL : fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");
	int number = -1;

	return count && fscanf(count, "%d", &number) == 1 ? number : -1;
}

/* The table of connections is the host's: edges of TCP put nothing there, datagrams do. */
static void an_edge_of_tcp_is_not_followed(void **state)
{
	if (remembered(router.network) < 0)
		skip();
	pid_t api = peer_serve(networks[API], SOCK_STREAM, "0.0.0.0", 3000);
	pid_t db = peer_serve(networks[DB], SOCK_DGRAM, "0.0.0.0", 53);

	(void)state;
	assert_true(api > 0 && db > 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(SOCK_STREAM, API, 3000), 0);
	assert_int_equal(remembered(router.network), 0);
	assert_int_equal(remembered(networks[API]), 0);
	assert_int_equal(ask(SOCK_DGRAM, DB, 53), 0);
	assert_int_equal(remembered(networks[DB]), 1);
	peer_stop(api);
	peer_stop(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK_STACK_TEST(who_answers_begins_nothing),
		NETWORK_STACK_TEST(the_router_lets_answers_begin_nothing),
		NETWORK_STACK_TEST(who_is_answered_is_asked_nothing),
		NETWORK_STACK_TEST(a_limit_refuses_at_once),
		NETWORK_STACK_TEST(who_is_asked_holds_its_ports),
		NETWORK_STACK_TEST(an_edge_of_tcp_is_not_followed),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
