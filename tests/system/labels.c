/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cgroup refuses kinds of sockets that its service has no right to, options that nobody needs,
 * and devices that are not in its view.  With a plan made by hand.  Needs root.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
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
static const struct plan plan = {.stack = "test-labels"};
static struct plan_condition stream[] = {
	{.argument = 1, .mask = 0xfff7f7ff, .value = SOCK_STREAM},
	{.argument = 2, .mask = 0xffffffff, .value = 0},
};
static struct plan_call calls[] = {{.name = "socket",
	.number = SYS_socket,
	.action = PLAN_ALLOW,
	.conditions = stream,
	.condition_count = 2}};
static struct plan_node nodes[] = {
	{.kind = PLAN_BIND, .target = "/dev/null", .source = "/dev/null", .device = true}};
static const struct plan_service server = {.name = "server",
	.ports_held = true,
	.calls = calls,
	.call_count = 1,
	.nodes = nodes,
	.node_count = 1};
static const struct plan_service closed = {.name = "closed", .ports_held = true};

static int enter(const struct plan_service *service)
{
	struct enforce_launch launch = {.plan = &plan, .service = service, .arena = arena};
	struct fault why;

	int named = enforce_cgroup_open(plan.stack, service->name, &why);
	launch.cgroup = named < 0 ? named : openat(named, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (launch.cgroup < 0 || enforce_hold_labels(&launch, &why) < 0) {
		printf("%s\n", why.text);
		return 100;
	}
	if (descriptor_put(launch.cgroup, "cgroup.procs", "0") < 0 || unshare(CLONE_NEWNET) < 0)
		return 101;
	return 0;
}

struct attempt {
	const struct plan_service *service;
	int family, type, protocol, answer;
};

static int make_socket(void *data)
{
	const struct attempt *attempt = data;
	int error = enter(attempt->service);

	if (error)
		return error;
	scoped(fd) int fd =
		socket(attempt->family, attempt->type | SOCK_CLOEXEC, attempt->protocol);
	return fd < 0 ? errno : 0;
}

static void sockets_are_made_of_the_kinds_that_its_calls_give(void **state)
{
	static const struct attempt attempts[] = {
		{&server, AF_INET, SOCK_STREAM, 0, 0},
		{&server, AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0},
		{&server, AF_INET, SOCK_DGRAM, 0, EPERM},
		{&server, AF_INET, SOCK_RAW, IPPROTO_ICMP, EPERM},
		{&server, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, EPERM},
		{&closed, AF_INET, SOCK_STREAM, 0, EPERM},
		{&closed, AF_INET6, SOCK_DGRAM, 0, EPERM},
		/* Of these it is not asked. */
		{&closed, AF_UNIX, SOCK_STREAM, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		struct attempt attempt = attempts[i];

		assert_int_equal(in_child(make_socket, &attempt), attempt.answer);
	}
}

static const struct {
	int level, option;
} groups[] = {{IPPROTO_IP, IP_ADD_MEMBERSHIP}, {IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP},
	{IPPROTO_IP, MCAST_JOIN_GROUP}, {IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP},
	{IPPROTO_IPV6, IPV6_JOIN_GROUP}, {IPPROTO_IPV6, IPV6_JOIN_ANYCAST},
	{IPPROTO_IPV6, MCAST_JOIN_GROUP}, {IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP}};

static int set_options(void *data)
{
	int error = enter(data), yes = 1;

	if (error)
		return error;
	scoped(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) < 0)
		return 105;
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 3) == 0 || errno != EPERM)
		return 106;
	if (setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &yes, sizeof(yes)) == 0 || errno != EPERM)
		return 107;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, "", 1) == 0 || errno != EPERM)
		return 108;
	/* Each of the ways into a group; to leave one is nobody's harm. */
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (setsockopt(fd, groups[i].level, groups[i].option, "", 1) == 0 || errno != EPERM)
			return 110 + (int)i;
	if (setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, "", 1) == 0 || errno == EPERM)
		return 109;
	return 0;
}

static void options_are_set_but_for_those_that_nobody_needs(void **state)
{
	(void)state;
	assert_int_equal(in_child(set_options, (void *)&server), 0);
}

static int open_device(void *data)
{
	const struct plan_service *service = data;
	int error = enter(service);

	if (error)
		return error;
	scoped(fd) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int declared = null < 0 ? errno : 0;
	scoped(fd) int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (zero >= 0 || errno != EPERM)
		return 102;
	if (mknod("/dev/shm/bulkhead-test-labels", S_IFCHR | 0600, makedev(1, 3)) == 0) {
		unlink("/dev/shm/bulkhead-test-labels");
		return 103;
	}
	return errno == EPERM ? declared : 104;
}

static void devices_are_opened_that_are_in_its_view_and_none_is_made(void **state)
{
	(void)state;
	assert_int_equal(in_child(open_device, (void *)&server), 0);
	assert_int_equal(in_child(open_device, (void *)&closed), EPERM);
}

static int leave_nothing(void **state)
{
	(void)state;
	enforce_cgroup_remove(plan.stack, server.name, NULL);
	enforce_cgroup_remove(plan.stack, closed.name, NULL);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_are_made_of_the_kinds_that_its_calls_give),
		cmocka_unit_test(options_are_set_but_for_those_that_nobody_needs),
		cmocka_unit_test(devices_are_opened_that_are_in_its_view_and_none_is_made),
	};

	if (geteuid() != 0) {
		puts("SKIP: needs root");
		return 77;
	}
	arena = arena_new();
	return cmocka_run_group_tests(tests, NULL, leave_nothing);
}
