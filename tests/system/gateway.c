/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Published ports reach their service by the gateway, which shows the client's address. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network.h"
#include "gateway/door.h"
#include "gateway/gateway.h"
#include "gateway/upstream.h"
#include "in_child.h"
#include "plan/plan.h"
#include "system/network_peer.h"

static struct network_router router = {-1, -1};
static int networks[WORKER + 1];
static pid_t gateway, web4, web6, plain;
static int gateway_pidfd = -1;
static struct fault why;

/* The host has two addresses that are not loopback: what clients come from. */
static int add_host_addresses(void)
{
	return system("ip address add 192.0.2.10/32 dev lo && ip address add 192.0.2.77/32 dev lo "
		      "&& ip -6 address add 2001:db8::10/128 dev lo nodad"
		      "&& ip -6 address add 2001:db8::77/128 dev lo nodad");
}

static int build(void **state)
{
	(void)state;
	if (network_router(&network_plan, &router, &why))
		return fprintf(stderr, "router: %s\n", why.text);
	for (int i = WEB; i <= WORKER; i++)
		if (network_service(&network_plan, &network_plan.services[i], router.network,
			    &networks[i], &why))
			return fprintf(stderr, "service %d: %s\n", i, why.text);
	web4 = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 443);
	web6 = peer_serve(networks[WEB], SOCK_STREAM, "::", 443);
	plain = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 80);
	if (web4 < 0 || web6 < 0 || plain < 0)
		return fprintf(stderr, "servers\n");
	if (gateway_start(&network_plan, &router, -1, &gateway, &gateway_pidfd, &why))
		return fprintf(stderr, "gateway: %s\n", why.text);
	return 0;
}

static int take_down(void **state)
{
	(void)state;
	peer_stop(gateway);
	peer_stop(web4);
	peer_stop(web6);
	peer_stop(plain);
	close(gateway_pidfd);
	for (int i = WEB; i <= WORKER; i++)
		close(networks[i]);
	close(router.network);
	close(router.user);
	return 0;
}

static void the_client_address_is_kept(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(peer_ask(-1, SOCK_STREAM, "192.0.2.77", "192.0.2.10", 443, answer), 0);
	assert_memory_equal(answer, "192.0.2.77 ", 11);
	assert_int_equal(peer_ask(-1, SOCK_STREAM, "2001:db8::77", "2001:db8::10", 443, answer), 0);
	assert_memory_equal(answer, "2001:db8::77 ", 13);
}

static void a_loopback_client_comes_from_the_router(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "127.0.0.1", 443, answer), 0);
	assert_memory_equal(answer, "198.18.4.1 ", 11);
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "::1", 443, answer), 0);
	assert_memory_equal(answer, "fd62:6b68::1 ", 13);
}

static void only_the_published_address_is_open(void **state)
{
	char answer[80];

	(void)state;
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "127.0.0.1", 8080, answer), 0);
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "192.0.2.10", 8080, answer), ECONNREFUSED);
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "127.0.0.1", 80, answer), ECONNREFUSED);
}

static int connect_to(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, text, &address.sin_addr);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 64 MiB out and back while neither side waits for the other, and the end of each half. */
static void all_bytes_arrive_and_halves_end(void **state)
{
	static char out[1 << 16], in[1 << 16];
	const size_t total = (size_t)64 << 20;
	int fd = connect_to("192.0.2.10", 443);
	size_t sent = 0, got = 0;
	ssize_t once = 1;
	char letter;

	(void)state;
	assert_true(fd >= 0);
	do
		assert_int_equal(read(fd, &letter, 1), 1);
	while (letter != '\n');
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 251);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (once) {
		struct pollfd poller = {fd, POLLIN | (sent < total ? POLLOUT : 0), 0};

		assert_int_equal(poll(&poller, 1, 10000), 1);
		if (poller.revents & POLLOUT) {
			size_t at = sent % sizeof(out);

			once = write(fd, out + at, sizeof(out) - at);
			sent += once > 0 ? (size_t)once : 0;
			if (sent == total)
				shutdown(fd, SHUT_WR);
			once = 1;
		}
		if (poller.revents & POLLIN) {
			size_t at = got % sizeof(out);

			once = read(fd, in, sizeof(in) - at);
			assert_true(once >= 0);
			assert_memory_equal(in, out + at, (size_t)once);
			got += (size_t)once;
		}
	}
	assert_int_equal(got, total);
	close(fd);
}

/* One reader that never reads does not stop the others. */
static void a_stalled_client_hurts_nobody_else(void **state)
{
	static char block[1 << 16];
	int stalled[8];
	char answer[80];

	(void)state;
	for (int i = 0; i < 8; i++) {
		stalled[i] = connect_to("192.0.2.10", 443);
		assert_true(stalled[i] >= 0);
		fcntl(stalled[i], F_SETFL, O_NONBLOCK);
		for (int j = 0; j < 400; j++)
			if (write(stalled[i], block, sizeof(block)) < 0)
				usleep(500);
	}
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "192.0.2.10", 443, answer), 0);
	for (int i = 0; i < 8; i++)
		close(stalled[i]);
}

static void a_service_that_is_down_resets(void **state)
{
	char answer[80];
	int answered;

	(void)state;
	peer_stop(plain);
	plain = -1;
	answered = peer_ask(-1, SOCK_STREAM, NULL, "127.0.0.1", 8080, answer);
	assert_true(answered == ECONNRESET || answered == EPIPE);
	assert_int_equal(peer_ask(-1, SOCK_STREAM, NULL, "127.0.0.1", 443, answer), 0);
}

static void many_connections_in_turn(void **state)
{
	char letter;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct linger reset = {.l_onoff = 1};
		int fd = connect_to("192.0.2.10", 443);

		assert_true(fd >= 0);
		assert_int_equal(read(fd, &letter, 1), 1);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
}

static void read_status(const char *key, char value[64])
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", gateway);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	value[0] = '\0';
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			snprintf(value, 64, "%s", line + strlen(key) + 1);
	fclose(file);
	value[strcspn(value, "\n")] = '\0';
}

static void the_gateway_is_confined(void **state)
{
	char value[64];

	(void)state;
	read_status("Uid:", value);
	assert_string_equal(value, "1900000001\t1900000001\t1900000001\t1900000001");
	read_status("CapEff:", value);
	assert_string_equal(value, "0000000000002000");
	read_status("CapPrm:", value);
	assert_string_equal(value, "0000000000002000");
	read_status("CapBnd:", value);
	assert_string_equal(value, "0000000000002000");
	read_status("NoNewPrivs:", value);
	assert_string_equal(value, "1");
	read_status("Seccomp_filters:", value);
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
	struct timespec patience = {.tv_sec = 1};

	inet_pton(AF_INET, "127.0.0.1", &target.sin_addr);
	if (gateway_confine(&network_plan, &router, &why))
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
	(void)patience;
	return 0;
}

static int turn_plain(void *context)
{
	const struct sockaddr nothing = {.sa_family = AF_UNSPEC};
	struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = *(int *)context;

	inet_pton(AF_INET, "127.0.0.1", &target.sin_addr);
	if (setns(networks[WORKER], CLONE_NEWNET) < 0 || connect(fd, &nothing, sizeof(nothing)) < 0)
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
	assert_int_equal(gateway_doors_open(&plan, arena, &doors, &count, &why), 0);
	assert_int_equal(in_child(turn_door, &doors[0]), 0);
	gateway_doors_close(doors, count);
	close(listener);
	peer_stop(private);
}

static int attempt_inside(void *context)
{
	(void)context;
	if (gateway_confine(&network_plan, &router, &why))
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

static void a_taken_port_is_told_with_its_line(void **state)
{
	pid_t pid;
	int pidfd;

	(void)state;
	assert_int_equal(
		gateway_start(&network_plan, &router, -1, &pid, &pidfd, &why), -EADDRINUSE);
	assert_non_null(strstr(why.text, "443"));
}

static void it_ends_when_told(void **state)
{
	int status;

	(void)state;
	assert_int_equal(kill(gateway, SIGTERM), 0);
	assert_int_equal(waitpid(gateway, &status, 0), gateway);
	assert_true(WIFEXITED(status));
	gateway = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_address_is_kept),
		cmocka_unit_test(a_loopback_client_comes_from_the_router),
		cmocka_unit_test(only_the_published_address_is_open),
		cmocka_unit_test(all_bytes_arrive_and_halves_end),
		cmocka_unit_test(a_stalled_client_hurts_nobody_else),
		cmocka_unit_test(many_connections_in_turn),
		cmocka_unit_test(the_gateway_is_confined),
		cmocka_unit_test(a_door_is_no_way_to_the_host),
		cmocka_unit_test(nothing_else_is_possible_inside),
		cmocka_unit_test(a_taken_port_is_told_with_its_line),
		cmocka_unit_test(a_service_that_is_down_resets),
		cmocka_unit_test(it_ends_when_told),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the gateway's filter refuses");
	return 77;
#endif
	if (!peer_host() || add_host_addresses()) {
		puts("SKIP: needs root, a network namespace of its own, and ip");
		return 77;
	}
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, build, take_down);
}
