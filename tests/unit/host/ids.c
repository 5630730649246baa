/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "host/host.h"
#include "host/ids.h"
#include "scratch.h"

static struct arena *arena;

static int set_up(void **state)
{
	arena = arena_new();
	return scratch_make(state);
}

static int tear_down(void **state)
{
	arena_free(arena);
	return scratch_remove(state);
}

/* The id of @name, or a negative errno. */
static int64_t give(const char *name, bool persist)
{
	struct host host = {0};
	struct fault why = {0};
	int error = host_ids_in(&host, scratch, &name, 1, persist, arena, &why);

	return error < 0 ? error : (int64_t)host.ids[0].id;
}

static void an_id_stays_with_its_name(void **state)
{
	(void)state;
	assert_int_equal(give("shop/edge", true), HOST_ID_FIRST);
	assert_int_equal(give("shop/db", true), HOST_ID_FIRST + 1);
	assert_int_equal(give("shop/edge", true), HOST_ID_FIRST);
	assert_int_equal(give("other/edge", true), HOST_ID_FIRST + 2);
}

static void without_persistence_nothing_is_written(void **state)
{
	(void)state;
	assert_int_equal(give("shop/edge", false), HOST_ID_FIRST);
	assert_int_equal(access(scratch_path("ids"), F_OK), -1);
	assert_int_equal(give("shop/db", true), HOST_ID_FIRST);
	assert_int_equal(give("shop/edge", false), HOST_ID_FIRST + 1);
}

static void the_range_of_the_book_is_kept_and_nobody_is_never_given(void **state)
{
	(void)state;
	scratch_text("ids", "range 65533 65535\n", 0644);
	assert_int_equal(give("a", true), 65533);
	assert_int_equal(give("b", true), 65535);
	assert_int_equal(give("c", true), -ENOSPC);
	assert_int_equal(give("a", true), 65533);
}

static void a_damaged_book_gives_nothing(void **state)
{
	static const char *const books[] = {"nonsense\n", "1900000000\n", "0 shop/edge\n",
		"65534 shop/edge\n", "-5 a\n", "1900000000 a\n1900000000 b\n",
		"1900000000 a\n1900000001 a\n", "range 5 2000\n", "range 3000 2000\n",
		"range 2000 3000 x\n", "99999999999 a\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(books) / sizeof(books[0]); i++) {
		scratch_text("ids", books[i], 0644);
		assert_int_equal(give("a", true), -EBADMSG);
	}
}

static void many_launches_at_once_never_share_an_id(void **state)
{
	enum { LAUNCHES = 8 };
	char name[16];

	(void)state;
	for (int i = 0; i < LAUNCHES; i++) {
		snprintf(name, sizeof(name), "s/%d", i);
		if (fork() == 0)
			_exit(give(name, true) < 0);
	}
	for (int i = 0, status; i < LAUNCHES; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	uint64_t seen = 0;
	for (int i = 0; i < LAUNCHES; i++) {
		snprintf(name, sizeof(name), "s/%d", i);
		seen |= UINT64_C(1) << (give(name, false) - HOST_ID_FIRST);
	}
	assert_int_equal(seen, (1 << LAUNCHES) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_id_stays_with_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_persistence_nothing_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_range_of_the_book_is_kept_and_nobody_is_never_given, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_book_gives_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			many_launches_at_once_never_share_an_id, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
