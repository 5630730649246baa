/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Published ports reach their service by the gateway, which shows the client's address. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "enforce/network.h"
#include "gateway/gateway.h"
#include "gateway/process.h"
#include "plan/plan.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

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
	if (network_stack_build(NULL))
		return -1;
	web4 = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 443);
	web6 = peer_serve(networks[WEB], SOCK_STREAM, "::", 443);
	plain = peer_serve(networks[WEB], SOCK_STREAM, "0.0.0.0", 80);
	if (web4 < 0 || web6 < 0 || plain < 0)
		return fprintf(stderr, "servers\n");
	if (gateway_start(GATEWAY_DOORS, &network_plan, &router, NULL, -1, &gateway, &gateway_pidfd,
		    &why))
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
	network_stack_take_down(NULL);
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

/* A port is shared with its successor alone, whose sockets are of the same id. */
static void a_taken_port_is_told_with_its_line(void **state)
{
	struct plan other = network_plan;
	pid_t pid;
	int pidfd;

	(void)state;
	other.network.gateway_id++;
	assert_int_equal(
		gateway_start(GATEWAY_DOORS, &other, &router, NULL, -1, &pid, &pidfd, &why),
		-EADDRINUSE);
	assert_non_null(strstr(why.text, "443"));
}

static void who_comes_by_one_that_leaves_is_served_to_the_end(void **state)
{
	int open = connect_to("192.0.2.10", 443), pidfd, status;
	struct pollfd end = {.events = POLLIN};
	pid_t pid;
	char letter;

	(void)state;
	assert_true(open >= 0);
	assert_int_equal(read(open, &letter, 1), 1);
	assert_int_equal(
		gateway_start(GATEWAY_DOORS, &network_plan, &router, NULL, -1, &pid, &pidfd, &why),
		0);
	assert_int_equal(kill(gateway, GATEWAY_LEAVE), 0);
	/* It is still there for this one, and others come to the next. */
	end.fd = gateway_pidfd;
	assert_int_equal(poll(&end, 1, 300), 0);
	for (int i = 0; i < 20; i++) {
		int fd = connect_to("192.0.2.10", 443);

		assert_true(fd >= 0);
		assert_int_equal(read(fd, &letter, 1), 1);
		close(fd);
	}
	assert_int_equal(write(open, "x", 1), 1);
	close(open);
	assert_int_equal(poll(&end, 1, 5000), 1);
	assert_int_equal(waitpid(gateway, &status, 0), gateway);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(gateway_pidfd);
	gateway = pid;
	gateway_pidfd = pidfd;
}

static const char nginx_configuration[] =
	"daemon off; worker_processes 1; pid %1$s/pid; error_log %1$s/error;\n"
	"events {}\n"
	"http {\n"
	"  access_log %1$s/access; client_body_temp_path %1$s/a; proxy_temp_path %1$s/b;\n"
	"  fastcgi_temp_path %1$s/c; uwsgi_temp_path %1$s/d; scgi_temp_path %1$s/e;\n"
	"  server { listen 443; listen [::]:443; return 200; }\n"
	"}\n";

static pid_t start_nginx(const char *folder)
{
	char path[128];
	pid_t child;

	snprintf(path, sizeof(path), "%s/nginx.conf", folder);
	FILE *file = fopen(path, "we");
	fprintf(file, nginx_configuration, folder);
	fclose(file);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (setns(networks[WEB], CLONE_NEWNET) == 0)
			execl("/usr/sbin/nginx", "nginx", "-c", path, "-p", folder, NULL);
		_exit(127);
	}
	return child;
}

static bool logged(const char *folder, const char *client)
{
	char path[128], line[512];
	bool found = false;

	snprintf(path, sizeof(path), "%s/access", folder);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		found = found || strncmp(line, client, strlen(client)) == 0;
	if (file)
		fclose(file);
	return found;
}

static void nginx_logs_the_client(void **state)
{
	static const char *const asks[][2] = {
		{"192.0.2.77", "192.0.2.10"}, {"2001:db8::77", "2001:db8::10"}};
	char folder[] = "/tmp/gateway-XXXXXX", command[256], client[80];
	pid_t nginx;

	(void)state;
	if (access("/usr/sbin/nginx", X_OK) < 0 || access("/usr/bin/curl", X_OK) < 0) {
		puts("SKIP: needs nginx and curl");
		skip();
	}
	peer_stop(web4);
	peer_stop(web6);
	web4 = web6 = -1;
	assert_non_null(mkdtemp(folder));
	nginx = start_nginx(folder);
	for (int i = 0; i < 2; i++) {
		bool found = false;

		snprintf(client, sizeof(client), "%s ", asks[i][0]);
		snprintf(command, sizeof(command),
			"curl -gs --max-time 2 --interface %s 'http://%s%s%s:443/' >/dev/null",
			asks[i][0], i ? "[" : "", asks[i][1], i ? "]" : "");
		for (int j = 0; j < 50 && !found; j++) {
			if (system(command) != 0)
				usleep(100000);
			found = logged(folder, client);
		}
		if (!found)
			fail_msg("nginx has not logged %s", client);
	}
	kill(nginx, SIGTERM);
	waitpid(nginx, NULL, 0);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
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
		cmocka_unit_test(a_taken_port_is_told_with_its_line),
		cmocka_unit_test(who_comes_by_one_that_leaves_is_served_to_the_end),
		cmocka_unit_test(a_service_that_is_down_resets),
		cmocka_unit_test(nginx_logs_the_client),
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
