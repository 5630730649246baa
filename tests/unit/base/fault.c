/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"

static void a_sentence_ends_with_what_the_kernel_said(void **state)
{
	struct fault why = {0};
	char room[FAULT_SENTENCE];

	(void)state;
	assert_int_equal(
		fault(&why, -ENOENT, (struct where){0}, "cannot open %s", "/srv"), -ENOENT);
	assert_string_equal(fault_sentence(&why, room, sizeof(room)),
		"cannot open /srv: No such file or directory");
}

static void a_failure_of_ours_alone_has_no_errno(void **state)
{
	static const int codes[] = {0, 1, -4096, -100000};
	struct fault why = {0};
	char room[FAULT_SENTENCE];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		fault(&why, codes[i], (struct where){0}, "'%s' is not a port", "x");
		assert_string_equal(fault_sentence(&why, room, sizeof(room)), "'x' is not a port");
	}
}

static void a_sentence_longer_than_its_room_is_cut(void **state)
{
	struct fault why = {0};
	char room[8];

	(void)state;
	fault(&why, -EPERM, (struct where){0}, "cannot mount");
	assert_string_equal(fault_sentence(&why, room, sizeof(room)), "cannot ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_ends_with_what_the_kernel_said),
		cmocka_unit_test(a_failure_of_ours_alone_has_no_errno),
		cmocka_unit_test(a_sentence_longer_than_its_room_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
