/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who may come by a door, and how many connections one client may have. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/scoped.h"
#include "gateway/door.h"
#include "gateway/listener.h"
#include "gateway/source.h"

enum { ROOM = 1000 };

static union gateway_address client(const char *text)
{
	union gateway_address address;

	assert_true(gateway_address_set(&address, text, 1234) > 0);
	return address;
}

static bool enter(
	struct gateway_sources *sources, const struct gateway_door *door, const char *text)
{
	const union gateway_address from = client(text);

	return gateway_source_enter(sources, door, &from);
}

static void leave(
	struct gateway_sources *sources, const struct gateway_door *door, const char *text)
{
	const union gateway_address from = client(text);

	gateway_source_leave(sources, door, &from);
}

static void who_is_in_no_range_is_not_let_in(void **state)
{
	scoped(memory) struct gateway_sources *sources = gateway_sources(ROOM);
	struct prefix ranges[2];
	struct gateway_door door = {.ranges = ranges, .range_count = 2}, open = {.length = 0};

	(void)state;
	assert_true(prefix_parse("10.1.0.0/16", 11, &ranges[0]));
	assert_true(prefix_parse("192.0.2.7", 9, &ranges[1]));
	assert_true(enter(sources, &door, "10.1.255.255"));
	assert_true(enter(sources, &door, "192.0.2.7"));
	assert_false(enter(sources, &door, "10.2.0.0"));
	assert_false(enter(sources, &door, "192.0.2.8"));
	assert_false(enter(sources, &door, "127.0.0.1"));
	assert_true(enter(sources, &open, "127.0.0.1"));
}

static void one_client_has_so_many_and_another_one_too(void **state)
{
	scoped(memory) struct gateway_sources *sources = gateway_sources(ROOM);
	const struct gateway_door door = {.per_source = 2}, other = {.per_source = 2, .group = 1};

	(void)state;
	assert_true(enter(sources, &door, "192.0.2.1"));
	assert_true(enter(sources, &door, "192.0.2.1"));
	assert_false(enter(sources, &door, "192.0.2.1"));
	assert_true(enter(sources, &door, "192.0.2.2"));
	/* At another port he has as many again. */
	assert_true(enter(sources, &other, "192.0.2.1"));
	/* What was refused is not counted. */
	leave(sources, &door, "192.0.2.1");
	assert_true(enter(sources, &door, "192.0.2.1"));
	assert_false(enter(sources, &door, "192.0.2.1"));
}

static void who_chooses_among_his_addresses_is_one_client(void **state)
{
	scoped(memory) struct gateway_sources *sources = gateway_sources(ROOM);
	const struct gateway_door door = {.per_source = 1};

	(void)state;
	assert_true(enter(sources, &door, "2001:db8:0:1::1"));
	assert_false(enter(sources, &door, "2001:db8:0:1:ffff::2"));
	assert_true(enter(sources, &door, "2001:db8:0:2::1"));
	leave(sources, &door, "2001:db8:0:1::1");
	assert_true(enter(sources, &door, "2001:db8:0:1:ffff::2"));
}

/* All come and go, in another order, many times: nobody is forgotten or stays. */
static void places_are_given_back(void **state)
{
	scoped(memory) struct gateway_sources *sources = gateway_sources(ROOM);
	const struct gateway_door door = {.per_source = 1};
	char text[32];

	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < ROOM; i++) {
			snprintf(text, sizeof(text), "10.%u.%u.%u", round, i / 250, i % 250);
			assert_true(enter(sources, &door, text));
			assert_false(enter(sources, &door, text));
		}
		/* There is no more room: nobody comes in uncounted. */
		assert_false(enter(sources, &door, "10.9.9.9"));
		for (unsigned i = 0; i < ROOM; i++) {
			unsigned which = i * 7 % ROOM;

			snprintf(
				text, sizeof(text), "10.%u.%u.%u", round, which / 250, which % 250);
			leave(sources, &door, text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_in_no_range_is_not_let_in),
		cmocka_unit_test(one_client_has_so_many_and_another_one_too),
		cmocka_unit_test(who_chooses_among_his_addresses_is_one_client),
		cmocka_unit_test(places_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
