/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which addresses of clients a service may be shown. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/door.h"
#include "gateway/upstream.h"
#include "plan/plan.h"

static const struct {
	const char *client;
	bool kept;
} rows[] = {
	{"192.0.2.1", true},
	{"10.0.0.1", true},
	{"198.18.3.255", true},
	{"198.18.5.0", true},
	{"198.18.4.1", false},
	{"198.18.4.255", false},
	{"127.0.0.1", false},
	{"127.255.0.1", false},
	{"0.0.0.0", false},
	{"224.0.0.1", false},
	{"255.255.255.255", false},
	{"2001:db8::1", true},
	{"fd00::1", true},
	{"fd62:6b68:0:1::1", true},
	{"fd62:6b68::1", false},
	{"::1", false},
	{"::", false},
	{"fe80::1", false},
	{"ff02::1", false},
	{"::ffff:192.0.2.1", false},
};

static void an_address_that_means_something_else_inside_is_not_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		union gateway_address client;
		struct gateway_door door = {.length = 0};
		struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&client.storage;
		struct sockaddr_in *narrow = (struct sockaddr_in *)&client.storage;

		memset(&client, 0, sizeof(client));
		if (strchr(rows[i].client, ':')) {
			wide->sin6_family = AF_INET6;
			inet_pton(AF_INET6, rows[i].client, &wide->sin6_addr);
			assert_true(prefix_parse("fd62:6b68::/64", 14, &door.stack));
		} else {
			narrow->sin_family = AF_INET;
			inet_pton(AF_INET, rows[i].client, &narrow->sin_addr);
			assert_true(prefix_parse("198.18.4.0/24", 13, &door.stack));
		}
		if (gateway_address_kept(&door, &client) != rows[i].kept)
			fail_msg("%s", rows[i].client);
	}
}

/* Nor one that its cgroup lets it send nothing to. */
static void who_cannot_be_answered_by_datagrams_is_not_shown(void **state)
{
	struct plan_ranges world = {.range = {.family = AF_INET}, .special_count = 1}, office = {0};
	struct gateway_door door = {.datagrams = true, .shown = &world, .shown_count = 1};
	union gateway_address client, special;

	(void)state;
	assert_true(prefix_parse("198.18.4.0/24", 13, &door.stack));
	assert_true(prefix_parse("169.254.0.0/16", 14, &world.specials[0]));
	assert_true(prefix_parse("10.0.0.0/8", 10, &office.range));
	gateway_address_set(&client, "192.0.2.7", 1);
	gateway_address_set(&special, "169.254.1.1", 1);
	assert_true(gateway_address_kept(&door, &client));
	assert_false(gateway_address_kept(&door, &special));
	door.shown = &office;
	assert_false(gateway_address_kept(&door, &client));
	gateway_address_set(&client, "10.1.2.3", 1);
	assert_true(gateway_address_kept(&door, &client));
	/* By a connection it is answered anyway. */
	door.datagrams = false;
	assert_true(gateway_address_kept(&door, &special));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_means_something_else_inside_is_not_kept),
		cmocka_unit_test(who_cannot_be_answered_by_datagrams_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
