/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Ranges of addresses, whose end is where their bits say, inside a byte as well. */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/prefix.h"

static void addresses_overlap_by_their_bits(void **state)
{
	(void)state;
	static const struct {
		const char *left, *right;
		bool overlap;
	} cases[] = {
		{"10.0.0.0/8", "10.1.2.3", true},
		{"10.0.0.0/8", "11.0.0.0/8", false},
		{"0.0.0.0/0", "192.0.2.1", true},
		{"192.0.2.0/25", "192.0.2.128/25", false},
		{"192.0.2.0/23", "192.0.3.128/25", true},
		{"2001:db8::/32", "2001:db8:1::/48", true},
		{"2001:db8::/33", "2001:db8:8000::/33", false},
		{"::/0", "0.0.0.0/0", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prefix left, right;
		assert_true(prefix_parse(cases[i].left, strlen(cases[i].left), &left));
		assert_true(prefix_parse(cases[i].right, strlen(cases[i].right), &right));
		assert_int_equal(prefix_overlaps(&left, &right), cases[i].overlap);
		assert_int_equal(prefix_overlaps(&right, &left), cases[i].overlap);
	}
}

static void a_range_covers_what_is_all_in_it(void **state)
{
	(void)state;
	static const struct {
		const char *outer, *inner;
		bool covers;
	} cases[] = {
		{"10.0.0.0/8", "10.1.0.0/16", true},
		{"10.1.0.0/16", "10.0.0.0/8", false},
		{"10.0.0.0/8", "10.0.0.0/8", true},
		{"198.18.16.0/20", "198.18.31.255", true},
		{"198.18.16.0/20", "198.18.32.0", false},
		{"0.0.0.0/0", "::/0", false},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prefix outer, inner;
		assert_true(prefix_parse(cases[i].outer, strlen(cases[i].outer), &outer));
		assert_true(prefix_parse(cases[i].inner, strlen(cases[i].inner), &inner));
		assert_int_equal(prefix_covers(&outer, &inner), cases[i].covers);
		/* An address is held by what covers it. */
		if (outer.family == inner.family && !strchr(cases[i].inner, '/'))
			assert_int_equal(prefix_holds(&outer, inner.bytes), cases[i].covers);
	}
}

static void what_is_no_range_is_refused(void **state)
{
	(void)state;
	static const char *const none[] = {"", "10", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/",
		"10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "2001:db8::1/32", "a", "10.0.0.0 /8"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct prefix prefix;
		if (prefix_parse(none[i], strlen(none[i]), &prefix))
			fail_msg("'%s' is a range", none[i]);
	}
}

static void a_range_is_written_as_short_as_it_can_be(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"10.0.0.0/8", "10.0.0.0/8"},
		{"192.0.2.1/32", "192.0.2.1"}, {"2001:0db8:0000::/32", "2001:db8::/32"},
		{"::1/128", "::1"}, {"0.0.0.0/0", "0.0.0.0/0"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prefix prefix;
		char text[PREFIX_TEXT];
		assert_true(prefix_parse(cases[i][0], strlen(cases[i][0]), &prefix));
		assert_true(prefix_write(&prefix, text));
		assert_string_equal(text, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_overlap_by_their_bits),
		cmocka_unit_test(a_range_covers_what_is_all_in_it),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(a_range_is_written_as_short_as_it_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
