/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int pair[2];

static int make_pair(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int close_pair(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static void a_descriptor_comes_with_its_packet(void **state)
{
	struct stat sent, got;
	int fds[2], word = 7, heard = 0;

	(void)state;
	assert_int_equal(packet_send(pair[0], &word, sizeof(word), &pair[0], 1), 0);
	assert_int_equal(packet_receive(pair[1], &heard, sizeof(heard), fds, 2), 1);
	assert_int_equal(heard, word);
	assert_int_equal(fds[1], -1);
	assert_int_equal(fstat(pair[0], &sent), 0);
	assert_int_equal(fstat(fds[0], &got), 0);
	assert_true(sent.st_ino == got.st_ino);
	close(fds[0]);
}

static void one_that_nobody_asked_for_is_an_error(void **state)
{
	char byte = 'x';

	(void)state;
	assert_int_equal(packet_send(pair[0], &byte, 1, &pair[0], 1), 0);
	assert_int_equal(packet_receive(pair[1], &byte, 1, NULL, 0), -EPROTO);
}

static void another_size_is_an_error(void **state)
{
	uint64_t long_one = 1;
	uint32_t short_one = 1;

	(void)state;
	assert_int_equal(packet_send(pair[0], &long_one, sizeof(long_one), NULL, 0), 0);
	assert_int_equal(packet_receive(pair[1], &short_one, sizeof(short_one), NULL, 0), -EPROTO);
	assert_int_equal(packet_send(pair[0], &short_one, sizeof(short_one), NULL, 0), 0);
	assert_int_equal(packet_receive(pair[1], &long_one, sizeof(long_one), NULL, 0), -EPROTO);
}

static void the_end_of_the_other_side_is_heard(void **state)
{
	char byte;

	(void)state;
	assert_int_equal(shutdown(pair[0], SHUT_WR), 0);
	assert_int_equal(packet_receive(pair[1], &byte, 1, NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_descriptor_comes_with_its_packet, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			one_that_nobody_asked_for_is_an_error, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(another_size_is_an_error, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
			the_end_of_the_other_side_is_heard, make_pair, close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
