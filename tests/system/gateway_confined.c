/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a gateway that was taken over could do: next to nothing. */

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
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "enforce/network_space.h"
#include "gateway/door.h"
#include "gateway/gateway.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

static int elsewhere = -1; /* an empty network namespace */
static pid_t gateway;
static int gateway_pidfd = -1;
static struct fault why;

static int build(void **state)
{
	(void)state;
	elsewhere = enforce_network_space((struct where){0}, &why);
	if (elsewhere < 0 || enforce_network_router(&network_plan, &router, &why) ||
		gateway_start(GATEWAY_DOORS, &network_plan, &router, NULL, -1, &gateway,
			&gateway_pidfd, &why))
		return fprintf(stderr, "%s\n", why.text);
	return 0;
}

static int take_down(void **state)
{
	(void)state;
	peer_stop(gateway);
	close(gateway_pidfd);
	close(elsewhere);
	close(router.network);
	close(router.user);
	return 0;
}

static void the_gateway_is_confined(void **state)
{
	char value[64];

	(void)state;
	peer_status(gateway, "Uid:", value);
	assert_string_equal(value, "1900000001\t1900000001\t1900000001\t1900000001");
	peer_status(gateway, "CapEff:", value);
	assert_string_equal(value, "0000000000002000");
	peer_status(gateway, "CapPrm:", value);
	assert_string_equal(value, "0000000000002000");
	peer_status(gateway, "CapBnd:", value);
	assert_string_equal(value, "0000000000002000");
	peer_status(gateway, "NoNewPrivs:", value);
	assert_string_equal(value, "1");
	peer_status(gateway, "Seccomp_filters:", value);
	assert_string_equal(value, "1");
}

/*
 * Taken over, it still holds the host's listening sockets: such a socket cannot
 * be turned into a connection from the host.
 */
static int turn_door(void *context)
{
	const struct sockaddr nothing = {.sa_family = AF_UNSPEC};
	struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct gateway_door *door = context;

	inet_pton(AF_INET, "127.0.0.1", &target.sin_addr);
	if (gateway_confine(GATEWAY_DOORS, &network_plan, &router, EPERM, &why))
		return 2;
	if (connect(door->listener, &nothing, sizeof(nothing)) < 0)
		return 3;
	if (connect(door->listener, (struct sockaddr *)&target, sizeof(target)) == 0)
		return 1;
	/* The filter knows no poll and no sleep: wait by turning. */
	for (clock_t end = clock() + CLOCKS_PER_SEC / 2; clock() < end;)
		if (connect(door->listener, (struct sockaddr *)&target, sizeof(target)) == 0 ||
			errno == EISCONN)
			return 1;
	return 0;
}

static int turn_plain(void *context)
{
	const struct sockaddr nothing = {.sa_family = AF_UNSPEC};
	struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = *(int *)context;

	inet_pton(AF_INET, "127.0.0.1", &target.sin_addr);
	if (setns(elsewhere, CLONE_NEWNET) < 0 || connect(fd, &nothing, sizeof(nothing)) < 0)
		return 2;
	return connect(fd, (struct sockaddr *)&target, sizeof(target)) == 0 ? 1 : 0;
}

static void a_door_is_no_way_to_the_host(void **state)
{
	struct plan_publish publish = {
		.service = "web", .port = 80, .host_port = 4433, .address = "127.0.0.1"};
	struct plan plan = network_plan;
	scoped(arena) struct arena *arena = arena_new();
	pid_t private = peer_serve(-1, SOCK_STREAM, "127.0.0.1", 80);
	struct sockaddr_in any = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct gateway_door *doors;
	size_t count;

	(void)state;
	plan.publishes = &publish;
	plan.publish_count = 1;
	/* A listening socket without the filter does lead there. */
	assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(in_child(turn_plain, &listener), 1);
	assert_int_equal(gateway_doors_open(&plan, -1, arena, &doors, &count, &why), 0);
	assert_int_equal(in_child(turn_door, &doors[0]), 0);
	gateway_doors_close(doors, count);
	close(listener);
	peer_stop(private);
}

static int attempt_inside(void *context)
{
	(void)context;
	if (gateway_confine(GATEWAY_DOORS, &network_plan, &router, EPERM, &why))
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
	/* And what it needs works. */
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &(int){1}, sizeof(int)) < 0)
		return 5;
	if (listen(fd, 1) == 0)
		return 6;
	return 0;
}

static void nothing_else_is_possible_inside(void **state)
{
	(void)state;
	assert_int_equal(in_child(attempt_inside, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gateway_is_confined),
		cmocka_unit_test(a_door_is_no_way_to_the_host),
		cmocka_unit_test(nothing_else_is_possible_inside),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the gateway's filter refuses");
	return 77;
#endif
	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, build, take_down);
}
