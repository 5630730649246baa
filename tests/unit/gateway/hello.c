/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a client of TLS says first: whole, in pieces, and cut, turned and filled with junk. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hello.h"

struct bytes {
	unsigned char bytes[HELLO_ROOM];
	size_t length;
};

static void put(struct bytes *into, const void *what, size_t length)
{
	assert_true(into->length + length <= sizeof(into->bytes));
	memcpy(into->bytes + into->length, what, length);
	into->length += length;
}

static void put_number(struct bytes *into, size_t value, size_t size)
{
	while (size-- > 0)
		put(into, &(unsigned char){(unsigned char)(value >> (8 * size))}, 1);
}

static void put_extension(struct bytes *into, size_t type, const struct bytes *content)
{
	put_number(into, type, 2);
	put_number(into, content->length, 2);
	put(into, content->bytes, content->length);
}

static void put_name(struct bytes *into, const char *name)
{
	struct bytes content = {.length = 0};

	put_number(&content, strlen(name) + 3, 2);
	put_number(&content, 0, 1);
	put_number(&content, strlen(name), 2);
	put(&content, name, strlen(name));
	put_extension(into, 0, &content);
}

/* The message of a hello with these extensions, without records. */
static struct bytes message_of(const struct bytes *extensions)
{
	struct bytes body = {.length = 0}, message = {.length = 0};
	const unsigned char zeros[32] = {0};

	put_number(&body, 0x0303, 2);
	put(&body, zeros, sizeof(zeros));
	put_number(&body, 32, 1);
	put(&body, zeros, 32);
	put_number(&body, 4, 2);
	put_number(&body, 0x13011302, 4);
	put_number(&body, 1, 1);
	put_number(&body, 0, 1);
	put_number(&body, extensions->length, 2);
	put(&body, extensions->bytes, extensions->length);
	put_number(&message, 1, 1);
	put_number(&message, body.length, 3);
	put(&message, body.bytes, body.length);
	return message;
}

/* In records of at most @most bytes. */
static struct bytes records_of(const struct bytes *message, size_t most)
{
	struct bytes records = {.length = 0};

	for (size_t i = 0; i < message->length; i += most) {
		size_t length = message->length - i < most ? message->length - i : most;

		put_number(&records, 22, 1);
		put_number(&records, 0x0301, 2);
		put_number(&records, length, 2);
		put(&records, message->bytes + i, length);
	}
	return records;
}

static struct bytes hello_to(const char *name)
{
	struct bytes extensions = {.length = 0}, groups = {.length = 0};

	put_number(&groups, 0x001d, 2);
	put_extension(&extensions, 10, &groups);
	put_name(&extensions, name);
	put_extension(&extensions, 43, &groups);
	const struct bytes message = message_of(&extensions);
	return records_of(&message, 16384);
}

static void the_name_is_heard(void **state)
{
	char name[HELLO_NAME];
	const struct bytes hello = hello_to("API.Example.com");

	(void)state;
	assert_int_equal(gateway_hello(hello.bytes, hello.length, name), HELLO_NAMED);
	assert_string_equal(name, "api.example.com");
}

static void until_all_is_there_more_is_awaited(void **state)
{
	char name[HELLO_NAME];
	const struct bytes hello = hello_to("api.example.com");

	(void)state;
	for (size_t i = 0; i < hello.length; i++)
		assert_int_equal(gateway_hello(hello.bytes, i, name), HELLO_MORE);
}

static void it_may_come_in_several_records(void **state)
{
	char name[HELLO_NAME];
	struct bytes extensions = {.length = 0};

	(void)state;
	put_name(&extensions, "api.example.com");
	const struct bytes message = message_of(&extensions);
	for (size_t most = 1; most < 60; most++) {
		struct bytes hello = records_of(&message, most);

		assert_int_equal(gateway_hello(hello.bytes, hello.length, name), HELLO_NAMED);
		assert_string_equal(name, "api.example.com");
		/* What follows it is the other end's to judge: early data, say. */
		put(&hello, "\x17\x03\x03\x00\x01x", 6);
		assert_int_equal(gateway_hello(hello.bytes, hello.length, name), HELLO_NAMED);
	}
}

static void who_names_nobody_is_another(void **state)
{
	static const char *const names[] = {"", "a b", "api.example.com\n", "a\\b", "a/b"};
	char name[HELLO_NAME];
	struct bytes none = {.length = 0}, twice = {.length = 0}, covered = {.length = 0},
		     empty = {.length = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct bytes hello = hello_to(names[i]);
		assert_int_equal(gateway_hello(hello.bytes, hello.length, name), HELLO_OTHER);
	}
	put_name(&twice, "api.example.com");
	put_name(&twice, "evil.example.com");
	put_name(&covered, "api.example.com");
	put_extension(&covered, 0xfe0d, &empty);
	const struct bytes *wrong[] = {&none, &twice, &covered};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct bytes message = message_of(wrong[i]);
		const struct bytes hello = records_of(&message, 16384);

		assert_int_equal(gateway_hello(hello.bytes, hello.length, name), HELLO_OTHER);
	}
	assert_int_equal(
		gateway_hello((const unsigned char *)"GET / HTTP/1.1\r\n", 16, name), HELLO_OTHER);
	assert_int_equal(
		gateway_hello((const unsigned char *)"\x16\x03\x01\x00\x04\x02zzz", 9, name),
		HELLO_OTHER);
	/* More than there is room for is not awaited. */
	assert_int_equal(
		gateway_hello(
			(const unsigned char *)"\x16\x03\x01\x40\x00\x01\x00\xff\xff", 9, name),
		HELLO_OTHER);
}

/* Each byte turned, and junk: it ends, and a name that it finds is one. */
static void junk_is_survived(void **state)
{
	char name[HELLO_NAME];
	struct bytes hello = hello_to("api.example.com");

	(void)state;
	srand(7);
	for (int i = 0; i < 200000; i++) {
		struct bytes turned = hello;

		for (int j = rand() % 4; j >= 0; j--)
			turned.bytes[(size_t)rand() % turned.length] = (unsigned char)rand();
		if (gateway_hello(turned.bytes, (size_t)rand() % (turned.length + 1), name) ==
			HELLO_NAMED)
			assert_true(strlen(name) > 0 &&
				    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") ==
					    strlen(name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_heard),
		cmocka_unit_test(until_all_is_there_more_is_awaited),
		cmocka_unit_test(it_may_come_in_several_records),
		cmocka_unit_test(who_names_nobody_is_another),
		cmocka_unit_test(junk_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
