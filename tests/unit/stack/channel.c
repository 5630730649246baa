/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stack/channel.h"

static int ends[2];

static int set_up(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	return ends[1] < 0 ? 0 : close(ends[1]);
}

static void a_request_arrives_whole(void **state)
{
	const struct stack_request sent = {STACK_SIGNAL, 7, 15};
	struct stack_request got = {0};

	(void)state;
	assert_int_equal(stack_channel_ask(ends[1], &sent), 0);
	assert_int_equal(stack_channel_request(ends[0], &got), 1);
	assert_memory_equal(&got, &sent, sizeof(sent));
}

/* Neither a text nor anything longer: the launcher takes nothing else. */
static void another_size_is_no_request(void **state)
{
	static const char text[] = "start something";
	struct stack_request got;

	(void)state;
	assert_int_equal(send(ends[1], text, 3, 0), 3);
	assert_int_equal(stack_channel_request(ends[0], &got), -EPROTO);
	assert_int_equal(send(ends[1], text, sizeof(text), 0), sizeof(text));
	assert_int_equal(stack_channel_request(ends[0], &got), -EPROTO);
}

static void an_answer_brings_descriptors(void **state)
{
	const struct stack_answer sent = {.request = {STACK_START, 1, 0}};
	struct stack_answer got;
	int pipes[2], fds[STACK_ANSWER_FDS];
	char byte;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(stack_channel_answer(ends[0], &sent, pipes, 1), 0);
	assert_int_equal(stack_channel_answer(ends[0], &sent, NULL, 0), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(stack_channel_heard(ends[1], &got, fds), 1);
	assert_int_equal(got.request.service, 1);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fds[1], -1);
	close(fds[0]);
	assert_int_equal(stack_channel_heard(ends[1], &got, fds), 1);
	assert_int_equal(fds[0], -1);
	close(pipes[0]);
	close(pipes[1]);
}

/* Descriptors with a request are none of the launcher's: the kernel drops them. */
static void a_request_brings_no_descriptors(void **state)
{
	struct stack_answer answer = {0};
	struct stack_request got;
	int before = dup(0), after;

	(void)state;
	close(before);
	/* An answer's size is not a request's, but what comes with it is what matters here. */
	assert_int_equal(stack_channel_answer(ends[1], &answer, ends, 2), 0);
	assert_int_equal(stack_channel_request(ends[0], &got), -EPROTO);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

static void an_end_is_seen(void **state)
{
	struct stack_request got;

	(void)state;
	close(ends[1]);
	ends[1] = -1;
	assert_int_equal(stack_channel_request(ends[0], &got), 0);
	assert_true(stack_channel_ask(ends[0], &(struct stack_request){0}) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_arrives_whole),
		TEST(another_size_is_no_request),
		TEST(an_answer_brings_descriptors),
		TEST(a_request_brings_no_descriptors),
		TEST(an_end_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
