/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cgroup refuses to bind what its service does not listen on.  In a network namespace of the
 * test's own, with a plan made by hand.  Needs root.
 */

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
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "in_child.h"
#include "plan/plan.h"

static struct arena *arena;
static struct plan plan = {.stack = "test-ports"};
static struct plan_edge lookup = {
	.from = "client", .to = "names", .transport = PLAN_UDP, .port = 53};
static struct plan_listen listens[] = {
	{.transport = PLAN_TCP, .first = 80, .last = 80},
	{.transport = PLAN_TCP, .first = 9300, .last = 9400},
	{.transport = PLAN_UDP, .first = 53, .last = 53},
	{.transport = PLAN_UNIX, .path = "/run/web/socket"},
};
static struct plan_call calls[] = {{.name = "socket", .number = SYS_socket, .action = PLAN_ALLOW}};
static struct plan_service server = {.name = "server",
	.ports_held = true,
	.calls = calls,
	.call_count = 1,
	.listens = listens,
	.listen_count = 4};
static struct plan_service client = {
	.name = "client", .ports_held = true, .calls = calls, .call_count = 1};

struct attempt {
	const struct plan_service *service;
	int family, type;
	uint16_t port;
	int answer;
};

/* Its errno, in a cgroup of the service. */
static int bind_there(void *data)
{
	const struct attempt *attempt = data;
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} at = {.four = {.sin_family = (sa_family_t)attempt->family,
			.sin_port = htons(attempt->port)}};
	struct enforce_launch launch = {.plan = &plan, .service = attempt->service, .arena = arena};
	struct fault why;

	launch.cgroup = enforce_cgroup_open(plan.stack, attempt->service->name, &why);
	if (launch.cgroup < 0 || enforce_hold_labels(&launch, &why) < 0) {
		printf("%s\n", why.text);
		return 100;
	}
	if (descriptor_put(launch.cgroup, "cgroup.procs", "0") < 0 || unshare(CLONE_NEWNET) < 0)
		return 101;
	int fd = socket(attempt->family, attempt->type | SOCK_CLOEXEC, 0);
	return bind(fd, &at.any, sizeof(at)) < 0 ? errno : 0;
}

static void assert_answers(const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct attempt attempt = attempts[i];
		int answer = in_child(bind_there, &attempt);

		if (answer != attempt.answer)
			fail_msg("%s, port %u: %s", attempt.service->name, attempt.port,
				strerror(answer));
	}
}

static void what_a_service_listens_on_it_may_bind(void **state)
{
	static const struct attempt attempts[] = {
		{&server, AF_INET, SOCK_STREAM, 80, 0},
		{&server, AF_INET6, SOCK_STREAM, 80, 0},
		{&server, AF_INET, SOCK_STREAM, 9300, 0},
		{&server, AF_INET6, SOCK_STREAM, 9400, 0},
		{&server, AF_INET, SOCK_DGRAM, 53, 0},
		{&server, AF_INET6, SOCK_DGRAM, 53, 0},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

static void every_other_port_is_refused(void **state)
{
	static const struct attempt attempts[] = {
		{&server, AF_INET, SOCK_STREAM, 81, EPERM},
		{&server, AF_INET6, SOCK_STREAM, 79, EPERM},
		{&server, AF_INET, SOCK_STREAM, 9299, EPERM},
		{&server, AF_INET6, SOCK_STREAM, 9401, EPERM},
		{&server, AF_INET, SOCK_STREAM, 53, EPERM},
		{&server, AF_INET, SOCK_DGRAM, 80, EPERM},
		{&server, AF_INET, SOCK_STREAM, 0, EPERM},
		{&server, AF_INET6, SOCK_DGRAM, 0, EPERM},
		{&client, AF_INET, SOCK_STREAM, 80, EPERM},
		{&client, AF_INET, SOCK_DGRAM, 53, EPERM},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

static void a_client_of_datagrams_may_let_the_kernel_choose(void **state)
{
	static const struct attempt attempts[] = {
		{&client, AF_INET, SOCK_DGRAM, 0, 0},
		{&client, AF_INET6, SOCK_DGRAM, 0, 0},
		{&client, AF_INET, SOCK_STREAM, 0, EPERM},
	};

	(void)state;
	assert_answers(attempts, sizeof(attempts) / sizeof(attempts[0]));
}

/* Each attempt takes the cgroup that the one before it left, with its program. */
static int leave_nothing(void **state)
{
	(void)state;
	enforce_cgroup_remove(plan.stack, server.name, NULL);
	enforce_cgroup_remove(plan.stack, client.name, NULL);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_service_listens_on_it_may_bind),
		cmocka_unit_test(every_other_port_is_refused),
		cmocka_unit_test(a_client_of_datagrams_may_let_the_kernel_choose),
	};

	if (geteuid() != 0) {
		printf("SKIP: attaching a program needs root\n");
		return 77;
	}
	arena = arena_new();
	plan.edges = &lookup;
	plan.edge_count = 1;
	return cmocka_run_group_tests(tests, NULL, leave_nothing);
}
