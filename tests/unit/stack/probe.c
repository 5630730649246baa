/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scoped.h"

static const struct plan_service service = {
	.name = "shop.2", .base = "shop", .address4 = "127.0.0.1", .address6 = "::1"};

/* A listener of a free port on loopback of one family. */
static int listen_on(bool wide, uint32_t *port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	struct sockaddr *address = wide ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t length = wide ? sizeof(six) : sizeof(four);
	int fd = socket(wide ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address, length), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, address, &length), 0);
	*port = ntohs(wide ? six.sin6_port : four.sin_port);
	return fd;
}

static enum stack_probe_answer step(struct stack_probe *probe, int64_t now)
{
	struct pollfd polled = {.fd = probe->fd, .events = probe->events};

	assert_int_equal(poll(&polled, 1, 2000), 1);
	return stack_probe_continue(probe, now);
}

/* Until it is answered or the service's next word is awaited. */
static enum stack_probe_answer connect_to(
	struct stack_probe *probe, const struct plan_probe *question)
{
	enum stack_probe_answer answer = stack_probe_begin(probe, &service, question, 1000);

	while (answer == STACK_PROBE_PENDING && probe->events == POLLOUT)
		answer = step(probe, 1000);
	return answer;
}

static void a_port_is_good_by_either_family(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		struct plan_probe question = {.kind = PLAN_PROBE_PORT};
		scoped(fd) int listener = listen_on(wide, &question.port);
		struct stack_probe probe;

		assert_int_equal(connect_to(&probe, &question), STACK_PROBE_GOOD);
		assert_int_equal(probe.fd, -1);
	}
}

static void a_closed_port_is_bad(void **state)
{
	struct plan_probe question = {.kind = PLAN_PROBE_PORT};
	struct stack_probe probe;

	(void)state;
	close(listen_on(false, &question.port));
	assert_int_equal(connect_to(&probe, &question), STACK_PROBE_BAD);
	assert_int_equal(probe.fd, -1);
	assert_non_null(strstr(probe.text, " refuses connections"));
}

static void no_way_to_a_service_is_bad(void **state)
{
	const struct plan_service unlinked = {.name = "alone"};
	const struct plan_probe question = {.kind = PLAN_PROBE_PORT, .port = 80};
	struct stack_probe probe;

	(void)state;
	assert_int_equal(stack_probe_begin(&probe, &unlinked, &question, 0), STACK_PROBE_BAD);
	assert_string_equal(
		probe.text, "port 80 cannot be reached: Cannot assign requested address");
}

static const struct {
	const char *words; /* of the service */
	const char *bad;   /* NULL: it is good; else the end of why */
} answers[] = {
	{"HTTP/1.1 200 OK\r\n", NULL},
	{"HTTP/1.0 204 No Content\r\nServer: x\r\n\r\n", NULL},
	{"HTTP/1.1 399\r\n", NULL},
	{"HTTP/1.1 302 \n", NULL},
	{"HTTP/1.1 199 Odd\r\n", " is answered 199"},
	{"HTTP/1.1 400 Bad Request\r\n", " is answered 400"},
	{"HTTP/1.1 503 Service Unavailable\r\n", " is answered 503"},
	{"HTTP/1.1 000 \r\n", ": the answer is not HTTP"},
	{"HTTP/1.1 2000\r\n", ": the answer is not HTTP"},
	{"HTTP/1.1  200\r\n", ": the answer is not HTTP"},
	{"HTTP/2.0 200 OK\r\n", ": the answer is not HTTP"},
	{"HTTP/1.x 200 OK\r\n", ": the answer is not HTTP"},
	{"HTTP/1.1\n", ": the answer is not HTTP"},
	{"\n", ": the answer is not HTTP"},
	{"200 OK\r\n\r\n\r\n", ": the answer is not HTTP"},
	{"SSH-2.0-OpenSSH_9.2\r\n", ": the answer is not HTTP"},
	{"\x15\x03\x01\x02\x02\x16 and more of it", ": the answer is not HTTP"},
};

static void an_answer_is_judged_by_its_status_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct plan_probe question = {.kind = PLAN_PROBE_HTTP, .path = "/health?full"};
		scoped(fd) int listener = listen_on(false, &question.port);
		struct stack_probe probe;

		assert_int_equal(connect_to(&probe, &question), STACK_PROBE_PENDING);
		scoped(fd) int client = accept(listener, NULL, NULL);
		char request[512] = "";
		assert_true(read(client, request, sizeof(request) - 1) > 0);
		assert_string_equal(request,
			"GET /health?full HTTP/1.1\r\nHost: shop\r\nUser-Agent: bulkhead\r\n"
			"Accept: */*\r\nConnection: close\r\n\r\n");
		assert_true(write(client, answers[i].words, strlen(answers[i].words)) > 0);
		enum stack_probe_answer answer = step(&probe, 1000);
		if (answer != (answers[i].bad ? STACK_PROBE_BAD : STACK_PROBE_GOOD))
			fail_msg("%s", answers[i].words);
		assert_int_equal(probe.fd, -1);
		if (!answers[i].bad)
			continue;
		const char *end = strstr(probe.text, answers[i].bad);
		assert_non_null(end);
		assert_string_equal(end, answers[i].bad);
	}
}

static void an_endless_answer_is_not_read(void **state)
{
	struct plan_probe question = {.kind = PLAN_PROBE_HTTP, .path = "/"};
	scoped(fd) int listener = listen_on(false, &question.port);
	struct stack_probe probe;
	static char endless[65536];

	(void)state;
	assert_int_equal(connect_to(&probe, &question), STACK_PROBE_PENDING);
	scoped(fd) int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	memset(endless, 'a', sizeof(endless));
	while (send(client, endless, sizeof(endless), MSG_NOSIGNAL) > 0)
		;
	assert_int_equal(step(&probe, 1000), STACK_PROBE_BAD);
	assert_int_equal(probe.length, 13);
}

static void a_slow_answer_is_bad_in_time(void **state)
{
	struct plan_probe question = {.kind = PLAN_PROBE_HTTP, .path = "/"};
	scoped(fd) int listener = listen_on(false, &question.port);
	struct stack_probe probe;

	(void)state;
	assert_int_equal(connect_to(&probe, &question), STACK_PROBE_PENDING);
	assert_int_equal(probe.until, 1000 + STACK_PROBE_PATIENCE);
	scoped(fd) int client = accept(listener, NULL, NULL);
	for (int second = 1; second < 5; second++) {
		assert_int_equal(write(client, &"HTTP/1.1 200"[second - 1], 1), 1);
		assert_int_equal(step(&probe, 1000 + second * 1000), STACK_PROBE_PENDING);
	}
	assert_int_equal(stack_probe_continue(&probe, 6000), STACK_PROBE_BAD);
	assert_int_equal(probe.fd, -1);
	assert_non_null(strstr(probe.text, "no whole answer on port"));
	assert_non_null(strstr(probe.text, "within 5 s"));
}

static void who_hangs_up_is_bad(void **state)
{
	struct plan_probe question = {.kind = PLAN_PROBE_HTTP, .path = "/"};
	scoped(fd) int listener = listen_on(false, &question.port);
	struct stack_probe probe;

	(void)state;
	assert_int_equal(connect_to(&probe, &question), STACK_PROBE_PENDING);
	scoped(fd) int client = accept(listener, NULL, NULL);
	shutdown(client, SHUT_WR);
	assert_int_equal(step(&probe, 1000), STACK_PROBE_BAD);
	assert_non_null(strstr(probe.text, "closed without an answer"));
	/* With a reset, since the request was not read. */
	assert_int_equal(connect_to(&probe, &question), STACK_PROBE_PENDING);
	close(accept(listener, NULL, NULL));
	assert_int_equal(step(&probe, 1000), STACK_PROBE_BAD);
	assert_non_null(strstr(probe.text, "Connection reset by peer"));
}

/* Nobody accepts, and the backlog is full: the kernel does not answer. */
static void a_connection_that_is_never_made_is_bad_in_time(void **state)
{
	struct plan_probe question = {.kind = PLAN_PROBE_PORT};
	scoped(fd) int listener = listen_on(false, &question.port);
	struct stack_probe probes[8];
	enum stack_probe_answer last = STACK_PROBE_GOOD;

	(void)state;
	assert_int_equal(listen(listener, 0), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(
			stack_probe_begin(&probes[i], &service, &question, 0), STACK_PROBE_PENDING);
		last = stack_probe_continue(&probes[i], 100);
	}
	assert_int_equal(last, STACK_PROBE_PENDING);
	assert_int_equal(stack_probe_continue(&probes[7], 5000), STACK_PROBE_BAD);
	assert_non_null(strstr(probes[7].text, "no connection on port"));
	for (int i = 0; i < 8; i++)
		stack_probe_end(&probes[i]);
}

static void a_path_cannot_say_more_than_a_path(void **state)
{
	static char wide[600];
	const char *paths[] = {"health", "/a b", "/a\r\nX: y", "/\x7f", "/\xc3\xa4", wide, NULL};

	(void)state;
	memset(wide, '/', sizeof(wide) - 1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct plan_probe question = {.kind = PLAN_PROBE_HTTP, .port = 1, .path = paths[i]};
		struct stack_probe probe;

		assert_int_equal(
			stack_probe_begin(&probe, &service, &question, 0), STACK_PROBE_BAD);
		assert_non_null(strstr(probe.text, "begins with '/'"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_good_by_either_family),
		cmocka_unit_test(a_closed_port_is_bad),
		cmocka_unit_test(no_way_to_a_service_is_bad),
		cmocka_unit_test(an_answer_is_judged_by_its_status_alone),
		cmocka_unit_test(an_endless_answer_is_not_read),
		cmocka_unit_test(a_slow_answer_is_bad_in_time),
		cmocka_unit_test(who_hangs_up_is_bad),
		cmocka_unit_test(a_connection_that_is_never_made_is_bad_in_time),
		cmocka_unit_test(a_path_cannot_say_more_than_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
