/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From the router's address a service is asked by probes at the ports that the plan says, by way of
 * its link and through both tables. */

#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "in_child.h"
#include "plan/plan.h"
#include "stack/probe.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

/* Ask db; 100 + the answer tells it from a failure of the test itself. */
static int ask(void *context)
{
	const struct plan_probe *question = context;
	struct stack_probe probe;
	enum stack_probe_answer answer;

	if (setns(router.network, CLONE_NEWNET) < 0)
		return 1;
	answer = stack_probe_begin(
		&probe, &network_plan.services[DB], question, clock_milliseconds());
	while (answer == STACK_PROBE_PENDING) {
		struct pollfd polled = {.fd = probe.fd, .events = probe.events};
		int64_t left = probe.until - clock_milliseconds();

		poll(&polled, 1, left > 0 ? (int)left : 0);
		answer = stack_probe_continue(&probe, clock_milliseconds());
	}
	if (answer == STACK_PROBE_BAD)
		fprintf(stderr, "%s\n", probe.text);
	return 100 + (int)answer;
}

static enum stack_probe_answer answer_of(const struct plan_probe *question)
{
	int status = in_child(ask, (void *)(uintptr_t)question);

	assert_in_range(status, 100, 102);
	return (enum stack_probe_answer)(status - 100);
}

/* A server of db that says @words to each client; its socket is made by visiting. */
static pid_t greet(uint32_t port, const char *words)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct fault why;
	scoped(visit) int home = enforce_network_visit(networks[DB], (struct where){0}, &why);
	scoped(fd) int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t child;

	if (home < 0 || bind(listener, (struct sockaddr *)&own, sizeof(own)) < 0 ||
		listen(listener, 4) < 0)
		return -1;
	child = fork();
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		scoped(fd) int client = accept(listener, NULL, NULL);
		char request[1024];

		if (client < 0 || read(client, request, sizeof(request)) <= 0 ||
			write(client, words, strlen(words)) < 0)
			continue;
	}
}

static void a_probed_port_is_asked_by_either_family(void **state)
{
	const struct plan_probe *question = &network_plan.services[DB].life.ready;

	(void)state;
	assert_int_equal(answer_of(question), STACK_PROBE_BAD);
	for (int wide = 0; wide < 2; wide++) {
		pid_t db = peer_serve(networks[DB], SOCK_STREAM, wide ? "::" : "0.0.0.0", 5432);

		assert_true(db > 0);
		assert_int_equal(answer_of(question), STACK_PROBE_GOOD);
		peer_stop(db);
	}
}

static void who_listens_for_itself_alone_is_not_there(void **state)
{
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "127.0.0.1", 5432);

	(void)state;
	assert_true(db > 0);
	assert_int_equal(answer_of(&network_plan.services[DB].life.ready), STACK_PROBE_BAD);
	peer_stop(db);
}

/* It listens there, but the policy asks at other ports. */
static void another_port_is_not_asked(void **state)
{
	const struct plan_probe question = {.kind = PLAN_PROBE_PORT, .port = 5433};
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "0.0.0.0", 5433);

	(void)state;
	assert_true(db > 0);
	assert_int_equal(answer_of(&question), STACK_PROBE_BAD);
	peer_stop(db);
}

/* It says its peer's address and repeats the request: no HTTP. */
static void get_goes_all_the_way(void **state)
{
	const struct plan_probe *question = &network_plan.services[DB].life.healthy;
	pid_t db = peer_serve(networks[DB], SOCK_STREAM, "0.0.0.0", (unsigned)question->port);

	(void)state;
	assert_true(db > 0);
	assert_int_equal(answer_of(question), STACK_PROBE_BAD);
	peer_stop(db);
	db = greet(question->port, "HTTP/1.1 204 No Content\r\n\r\n");
	assert_true(db > 0);
	assert_int_equal(answer_of(question), STACK_PROBE_GOOD);
	peer_stop(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK_STACK_TEST(a_probed_port_is_asked_by_either_family),
		NETWORK_STACK_TEST(who_listens_for_itself_alone_is_not_there),
		NETWORK_STACK_TEST(another_port_is_not_asked),
		NETWORK_STACK_TEST(get_goes_all_the_way),
	};

	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
