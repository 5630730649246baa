/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "catalog/capability.h"
#include "catalog/family.h"
#include "catalog/guard.h"
#include "catalog/namespace.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_are_found_with_and_without_prefix),
		cmocka_unit_test(a_capability_that_can_do_nothing_says_what_to_type_instead),
		cmocka_unit_test(families_that_nobody_gets_have_no_group),
		cmocka_unit_test(every_namespace_has_one_flag_of_its_own),
		cmocka_unit_test(guards_stand_only_on_calls_that_may_be_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
