/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The flows of datagrams that are open: found again, ended in time, and who gives way. */

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/scoped.h"
#include "gateway/address.h"
#include "gateway/flow_table.h"

enum { ROOM = 100, OWNERS = 3 };

static struct gateway_flow_key key(size_t door, const char *client, unsigned port, const char *to)
{
	union gateway_address from, wanted;

	assert_true(gateway_address_set(&from, client, port) > 0);
	assert_true(gateway_address_set(&wanted, to, 53) > 0);
	return gateway_flow_key(door, &from, &wanted);
}

static size_t begin(struct gateway_flow_table *table, unsigned port, size_t owner, long now)
{
	const struct gateway_flow_key of = key(0, "10.0.0.1", port, "192.0.2.1");

	return gateway_flow_begin(table, &of, owner, now);
}

static void a_flow_is_found_by_both_ends_and_its_door(void **state)
{
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(ROOM, OWNERS);
	const struct gateway_flow_key keys[] = {
		key(0, "10.0.0.1", 1, "192.0.2.1"),
		key(0, "10.0.0.1", 2, "192.0.2.1"),
		key(0, "10.0.0.2", 1, "192.0.2.1"),
		key(0, "10.0.0.1", 1, "192.0.2.2"),
		key(1, "10.0.0.1", 1, "192.0.2.1"),
		key(0, "2001:db8::1", 1, "2001:db8::2"),
		key(0, "2001:db8:0:1::1", 1, "2001:db8::2"),
	};
	enum { COUNT = sizeof(keys) / sizeof(keys[0]) };
	size_t flows[COUNT];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(gateway_flow_find(table, &keys[i]) == FLOW_NONE);
		flows[i] = gateway_flow_begin(table, &keys[i], 0, 0);
		assert_true(flows[i] != FLOW_NONE);
	}
	assert_int_equal(gateway_flow_count(table), COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(gateway_flow_find(table, &keys[i]), flows[i]);
	gateway_flow_end(table, flows[2]);
	assert_true(gateway_flow_find(table, &keys[2]) == FLOW_NONE);
	assert_int_equal(gateway_flow_find(table, &keys[1]), flows[1]);
	assert_int_equal(gateway_flow_count(table), COUNT - 1);
}

/* On a link addresses are told apart by the link. */
static void the_link_of_a_client_counts(void **state)
{
	union gateway_address client, wanted;

	(void)state;
	gateway_address_set(&client, "fe80::1", 1);
	gateway_address_set(&wanted, "fe80::2", 53);
	struct gateway_flow_key one = gateway_flow_key(0, &client, &wanted);
	((struct sockaddr_in6 *)&client.storage)->sin6_scope_id = 7;
	struct gateway_flow_key other = gateway_flow_key(0, &client, &wanted);
	assert_memory_not_equal(&one, &other, sizeof(one));
}

static void silence_ends_a_flow(void **state)
{
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(ROOM, OWNERS);
	const size_t flow = begin(table, 1, 0, 1000);

	(void)state;
	assert_true(gateway_flow_late(table, 1000 + FLOW_SECONDS - 1) == FLOW_NONE);
	assert_int_equal(gateway_flow_late(table, 1000 + FLOW_SECONDS), flow);
	/* Who goes on asking, with no answer, is not silent. */
	gateway_flow_passed(table, flow, false, 1020);
	assert_false(gateway_flow_answered(table, flow));
	assert_true(gateway_flow_late(table, 1020 + FLOW_SECONDS - 1) == FLOW_NONE);
	assert_int_equal(gateway_flow_late(table, 1020 + FLOW_SECONDS), flow);
}

/* A question and its answer are over soon; where both go on, silence is longer. */
static void an_exchange_lasts_longer_than_an_answer(void **state)
{
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(ROOM, OWNERS);
	const size_t question = begin(table, 1, 0, 0), exchange = begin(table, 2, 0, 0);

	(void)state;
	gateway_flow_passed(table, question, true, 0);
	assert_true(gateway_flow_answered(table, question));
	gateway_flow_passed(table, exchange, true, 0);
	gateway_flow_passed(table, exchange, false, FLOW_FIRST_SECONDS + 1);
	assert_int_equal(gateway_flow_late(table, FLOW_SECONDS), question);
	gateway_flow_end(table, question);
	assert_true(gateway_flow_late(table, FLOW_SECONDS + 10) == FLOW_NONE);
	assert_int_equal(
		gateway_flow_late(table, FLOW_FIRST_SECONDS + 1 + FLOW_EXCHANGE_SECONDS), exchange);
}

static void the_oldest_of_who_has_most_gives_way(void **state)
{
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(ROOM, OWNERS);
	const size_t other = begin(table, 60000, 1, 0);
	const size_t first = begin(table, 1, 0, 0), second = begin(table, 2, 0, 0);

	(void)state;
	for (unsigned i = 3; i < ROOM; i++) {
		assert_true(gateway_flow_in_the_way(table) == FLOW_NONE);
		assert_true(begin(table, i, 0, 0) != FLOW_NONE);
	}
	assert_true(begin(table, ROOM, 2, 0) == FLOW_NONE);
	/* It has asked again since: the next one is older. */
	gateway_flow_passed(table, first, false, 1);
	assert_int_equal(gateway_flow_in_the_way(table), second);
	gateway_flow_end(table, second);
	assert_true(begin(table, ROOM, 2, 1) != FLOW_NONE);
	/* Nobody but him, however often the others come. */
	for (unsigned i = 1; i < ROOM / 2; i++) {
		const size_t oldest = gateway_flow_in_the_way(table);

		assert_true(oldest != other && oldest != FLOW_NONE);
		gateway_flow_end(table, oldest);
		assert_true(begin(table, ROOM + i, 2, 1) != FLOW_NONE);
	}
}

static void an_exchange_gives_way_last(void **state)
{
	enum { FEW = 4 };
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(FEW, 1);
	size_t flows[FEW];

	(void)state;
	for (unsigned i = 0; i < FEW; i++)
		flows[i] = begin(table, i + 1, 0, 0);
	/* The first is an exchange, and silent for longest. */
	gateway_flow_passed(table, flows[0], true, FLOW_FIRST_SECONDS + 1);
	for (unsigned i = 1; i < FEW; i++)
		gateway_flow_passed(table, flows[i], false, FLOW_FIRST_SECONDS + 1 + (long)i);
	for (unsigned i = 1; i < FEW; i++) {
		assert_int_equal(gateway_flow_in_the_way(table), flows[i]);
		gateway_flow_end(table, flows[i]);
		assert_true(begin(table, 100 + i, 0, 20) != FLOW_NONE);
	}
}

/* Places come back, in whatever order they are given up. */
static void places_are_used_again(void **state)
{
	scoped(memory) struct gateway_flow_table *table = gateway_flow_table(ROOM, OWNERS);
	unsigned random = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		random = random * 1103515245 + 12345;
		const struct gateway_flow_key of = key(
			random >> 16 & 1, "10.0.0.1", 1 + (random >> 8) % (2 * ROOM), "192.0.2.1");
		const size_t found = gateway_flow_find(table, &of);

		if (found != FLOW_NONE && random >> 20 & 1) {
			gateway_flow_end(table, found);
		} else if (found != FLOW_NONE) {
			gateway_flow_passed(table, found, random >> 21 & 1, i / 100);
		} else {
			const size_t oldest = gateway_flow_in_the_way(table);

			if (oldest != FLOW_NONE)
				gateway_flow_end(table, oldest);
			assert_true(gateway_flow_begin(table, &of, random % OWNERS, i / 100) !=
				    FLOW_NONE);
			assert_true(gateway_flow_find(table, &of) != FLOW_NONE);
		}
		assert_true(gateway_flow_count(table) <= ROOM);
	}
	for (size_t flow; (flow = gateway_flow_late(table, 100000)) != FLOW_NONE;)
		gateway_flow_end(table, flow);
	assert_int_equal(gateway_flow_count(table), 0);
	for (unsigned i = 0; i < ROOM; i++)
		assert_true(begin(table, i + 1, 0, 0) != FLOW_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_is_found_by_both_ends_and_its_door),
		cmocka_unit_test(the_link_of_a_client_counts),
		cmocka_unit_test(silence_ends_a_flow),
		cmocka_unit_test(an_exchange_lasts_longer_than_an_answer),
		cmocka_unit_test(the_oldest_of_who_has_most_gives_way),
		cmocka_unit_test(an_exchange_gives_way_last),
		cmocka_unit_test(places_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
