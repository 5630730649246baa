/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who was turned away is remembered: the same together, and of all the newest. */

#include "gateway/turned_away.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/address.h"

static void turn(struct gateway_turned_away *all, enum gateway_turned_reason reason,
	const char *from, const char *name)
{
	union gateway_address client, wanted;

	assert_true(gateway_address_set(&client, from, 40000) > 0);
	assert_true(gateway_address_set(&wanted, strchr(from, ':') ? "::" : "0.0.0.0", 443) > 0);
	gateway_turn_away(all, reason, &client, &wanted, name);
}

static size_t used(const struct gateway_turned_away *all)
{
	size_t count = 0;

	for (size_t i = 0; i < TURNED_AWAY; i++)
		count += all->newest[i].count > 0;
	return count;
}

static void the_same_is_counted(void **state)
{
	struct gateway_turned_away all = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		turn(&all, TURNED_SOURCE, "192.0.2.1", "");
	assert_int_equal(used(&all), 1);
	assert_int_equal(all.newest[0].count, 3);
	assert_int_equal(all.newest[0].port, 443);
	assert_memory_equal(all.newest[0].client, "\xc0\x00\x02\x01", 4);
	turn(&all, TURNED_COUNT, "192.0.2.1", "");
	turn(&all, TURNED_SOURCE, "192.0.2.2", "");
	turn(&all, TURNED_SOURCE, "2001:db8::1", "");
	turn(&all, TURNED_HELLO, "192.0.2.1", "a.example.com");
	turn(&all, TURNED_HELLO, "192.0.2.1", "b.example.com");
	assert_int_equal(used(&all), 6);
	turn(NULL, TURNED_SOURCE, "192.0.2.1", "");
}

/* Somebody with many addresses gets the places of those that came longest ago. */
static void the_newest_are_kept(void **state)
{
	struct gateway_turned_away all = {0};
	char address[32];

	(void)state;
	for (int i = 0; i < 3 * TURNED_AWAY; i++) {
		snprintf(address, sizeof(address), "192.0.2.%d", i);
		turn(&all, TURNED_SOURCE, address, "");
		/* Within a millisecond nobody is older than another. */
		for (size_t j = 0; j < TURNED_AWAY; j++)
			all.newest[j].last -= all.newest[j].count > 0;
	}
	assert_int_equal(used(&all), TURNED_AWAY);
	for (size_t i = 0; i < TURNED_AWAY; i++) {
		assert_true(all.newest[i].client[3] >= 2 * TURNED_AWAY);
		assert_int_equal(all.newest[i].count, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_counted),
		cmocka_unit_test(the_newest_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
