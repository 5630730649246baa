/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Datagrams by an edge: who is asked begins nothing, as both ends know, and errors come back. */

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "enforce/network_service.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

static int ask(bool wide)
{
	char answer[80];

	return peer_ask(
		networks[WEB], SOCK_DGRAM, NULL, network_stack_address(DB, wide), 53, answer);
}

static void flush(int network)
{
	assert_int_equal(network_stack_load(network, "flush ruleset"), 0);
}

/* db, from the port at which it is asked, to web: does web answer?  0, or the errno. */
static int begin(void *context)
{
	const struct timeval patience = {.tv_usec = 300000};
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4000)};
	int fd = setns(networks[DB], CLONE_NEWNET) < 0 ? -1 : socket(AF_INET, SOCK_DGRAM, 0);
	char answer[80];

	(void)context;
	inet_pton(AF_INET, network_stack_address(DB, false), &own.sin_addr);
	inet_pton(AF_INET, network_stack_address(WEB, false), &to.sin_addr);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ||
		connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return 255;
	if (send(fd, "x", 1, 0) < 0 || recv(fd, answer, sizeof(answer), 0) < 0)
		return errno;
	return 0;
}

/* Its own table alone refuses that; so does that of who is answered; without both it could. */
static void who_is_asked_begins_nothing(void **state)
{
	pid_t web = peer_serve(networks[WEB], SOCK_DGRAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(web > 0);
	flush(router.network);
	assert_int_not_equal(in_child(begin, NULL), 0);
	flush(networks[WEB]);
	assert_int_not_equal(in_child(begin, NULL), 0);
	flush(networks[DB]);
	assert_int_equal(in_child(begin, NULL), 0);
	peer_stop(web);
}

static void who_is_answered_is_told_nothing_else(void **state)
{
	pid_t web = peer_serve(networks[WEB], SOCK_DGRAM, "0.0.0.0", 4000);

	(void)state;
	assert_true(web > 0);
	flush(router.network);
	flush(networks[DB]);
	assert_int_not_equal(in_child(begin, NULL), 0);
	flush(networks[WEB]);
	assert_int_equal(in_child(begin, NULL), 0);
	peer_stop(web);
}

/* As on a network without rules. */
static void where_nobody_listens_is_said_at_once(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		pid_t db = peer_serve(networks[DB], SOCK_DGRAM, wide ? "::" : "0.0.0.0", 53);

		assert_true(db > 0);
		assert_int_equal(ask(wide), 0);
		peer_stop(db);
		assert_int_equal(ask(wide), ECONNREFUSED);
	}
}

static void who_is_away_is_said_at_once(void **state)
{
	struct fault why = {0};

	(void)state;
	assert_int_equal(
		enforce_network_unlink(&network_plan.services[DB], router.network, &why), 0);
	for (int wide = 0; wide < 2; wide++)
		assert_int_equal(ask(wide), ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK_STACK_TEST(who_is_asked_begins_nothing),
		NETWORK_STACK_TEST(who_is_answered_is_told_nothing_else),
		NETWORK_STACK_TEST(where_nobody_listens_is_said_at_once),
		NETWORK_STACK_TEST(who_is_away_is_said_at_once),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
