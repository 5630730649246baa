/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "catalog/capability.h"
#include "catalog/family.h"
#include "catalog/guard.h"
#include "catalog/namespace.h"
#include "catalog/signal.h"

static void capabilities_are_found_with_and_without_prefix(void **state)
{
	(void)state;
	assert_int_equal(catalog_capability_count(), 41);
	for (unsigned i = 0; i < catalog_capability_count(); i++) {
		const struct catalog_capability *capability = catalog_capability(i);

		assert_int_equal(catalog_capability_number(capability->name), i);
		assert_int_equal(catalog_capability_number(capability->name + 4), i);
		assert_true(strlen(capability->sentence) > 0);
	}
	assert_null(catalog_capability(41));
	assert_int_equal(catalog_capability_number("CAP_NET_BIND"), -1);
	assert_int_equal(catalog_capability_number(""), -1);
}

static void a_capability_that_can_do_nothing_says_what_to_type_instead(void **state)
{
	(void)state;
	assert_string_equal(catalog_capability(10)->useless,
		"low ports need no capability here: `listens: [80]` is enough");
	assert_non_null(catalog_capability(16)->useless);
	assert_null(catalog_capability(7)->useless);
}

static void families_that_nobody_gets_have_no_group(void **state)
{
	(void)state;
	assert_null(catalog_family(AF_VSOCK)->group);
	assert_null(catalog_family(AF_PACKET)->group);
	assert_null(catalog_family(AF_ALG)->group);
	assert_non_null(catalog_group(catalog_family(AF_INET6)->group));
	assert_non_null(catalog_group(catalog_family(AF_UNIX)->group));
	assert_null(catalog_family(4711));
}

static void every_namespace_has_one_flag_of_its_own(void **state)
{
	size_t count;
	const struct catalog_namespace *namespaces = catalog_namespaces(&count);
	uint64_t flags = 0;

	(void)state;
	assert_int_equal(count, 8);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(__builtin_popcountll(namespaces[i].flag), 1);
		flags |= namespaces[i].flag;
	}
	assert_int_equal(__builtin_popcountll(flags), 8);
}

static void guards_stand_only_on_calls_that_may_be_checked(void **state)
{
	size_t count;
	const struct catalog_guard *guards = catalog_guards(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(catalog_may_check(guards[i].call));
		assert_non_null(catalog_call(guards[i].call));
	}
	assert_null(catalog_guard("openat", false, false));
	assert_non_null(catalog_guard("openat", true, false));
	assert_null(catalog_guard("mmap", true, false));
	assert_int_equal(catalog_guard("mmap", false, true)->alternative_count, 2);
}

static void signals_are_found_as_kill_takes_them(void **state)
{
	(void)state;
	assert_int_equal(catalog_signal("HUP"), SIGHUP);
	assert_int_equal(catalog_signal("SIGUSR1"), SIGUSR1);
	assert_int_equal(catalog_signal("sigusr2"), SIGUSR2);
	assert_int_equal(catalog_signal("15"), SIGTERM);
	assert_int_equal(catalog_signal("RTMIN"), SIGRTMIN);
	assert_int_equal(catalog_signal("SIGRTMIN+3"), SIGRTMIN + 3);
	assert_int_equal(catalog_signal("RTMAX-1"), SIGRTMAX - 1);
	assert_string_equal(catalog_signal_name(SIGQUIT), "QUIT");
	assert_string_equal(catalog_signal_near("SIGURS1"), "USR1");
	assert_null(catalog_signal_name(0));
	assert_null(catalog_signal_name(64));
	for (int i = 1; i < 32; i++)
		assert_int_equal(catalog_signal(catalog_signal_name(i)), i);
}

static void what_is_no_signal_is_none(void **state)
{
	static const char *const wrong[] = {
		"", "0", "65", "-9", "SIG", "HUPS", "RTMIN-1", "RTMIN+99", "RTMAX+1", "1x"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(catalog_signal(wrong[i]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_are_found_with_and_without_prefix),
		cmocka_unit_test(a_capability_that_can_do_nothing_says_what_to_type_instead),
		cmocka_unit_test(families_that_nobody_gets_have_no_group),
		cmocka_unit_test(every_namespace_has_one_flag_of_its_own),
		cmocka_unit_test(signals_are_found_as_kill_takes_them),
		cmocka_unit_test(what_is_no_signal_is_none),
		cmocka_unit_test(guards_stand_only_on_calls_that_may_be_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
