/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/steps.h"
#include "plan/plan.h"

static size_t place(int (*apply)(struct enforce_launch *, struct fault *))
{
	for (size_t i = 0; i < enforce_step_count; i++)
		if (enforce_steps[i].apply == apply)
			return i;
	fail_msg("a step is missing");
	return 0;
}

static void sides_follow_each_other_and_names_are_given_once(void **state)
{
	(void)state;
	for (size_t i = 1; i < enforce_step_count; i++) {
		assert_true(enforce_steps[i].side >= enforce_steps[i - 1].side);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(enforce_steps[i].name, enforce_steps[j].name);
	}
}

/* Each of these orders is a hole when it is turned round. */
static void what_must_come_before_comes_before(void **state)
{
	int (*const orders[][2])(struct enforce_launch *, struct fault *) = {
		{enforce_refuse_memfd_exec, enforce_become_init},
		{enforce_fill_root, enforce_limit_namespaces},
		{enforce_limit_namespaces, enforce_enter_root},
		{enforce_make_ruleset, enforce_enter_root},
		{enforce_bound_capabilities, enforce_bound_last},
		{enforce_bound_last, enforce_become_service},
		{enforce_become_service, enforce_cut_capabilities},
		{enforce_no_new_privileges, enforce_enter_domain},
		{enforce_enter_domain, enforce_execute},
		{enforce_become_service, enforce_enter_workdir},
		{enforce_close_descriptors, enforce_execute},
		{enforce_limit_user, enforce_enter_root},
		{enforce_await_init, enforce_execute},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		assert_true(place(orders[i][0]) < place(orders[i][1]));
	assert_int_equal(place(enforce_execute), enforce_step_count - 1);
}

/* Who enters is confined by all that a service confines itself with. */
static void who_enters_takes_each_step_that_the_service_takes(void **state)
{
	int (*const entering[])(struct enforce_launch *, struct fault *) = {enforce_make_ruleset,
		enforce_bound_capabilities, enforce_build_environment, enforce_open_standard,
		enforce_settle_scheduling, enforce_begin_session};

	(void)state;
	for (size_t i = 0; i < enforce_step_count; i++)
		/* But for the phase: it has a start of its own. */
		if (enforce_steps[i].side == ENFORCE_SERVICE &&
			enforce_steps[i].apply != enforce_begin_phase)
			assert_true(enforce_steps[i].takers & ENFORCE_ENTERS);
	for (size_t i = 0; i < sizeof(entering) / sizeof(entering[0]); i++)
		assert_int_equal(enforce_steps[place(entering[i])].takers,
			ENFORCE_LAUNCHES | ENFORCE_ENTERS);
	/* With the host's rights it opens what the rules of Landlock name, and no later. */
	assert_true(place(enforce_open_entered_root) < place(enforce_make_ruleset));
	assert_true(place(enforce_make_ruleset) < place(enforce_enter_namespaces));
	assert_true(place(enforce_become_service) < place(enforce_end_with_keeper));
	assert_true(place(enforce_end_with_keeper) < place(enforce_await_init));
}

static void ids_are_found_in_every_extent(void **state)
{
	const struct plan_extent extents[] = {
		{0, 1900000000, 1, {0}}, {33, 33, 1, {0}}, {100, 2000, 10, {0}}};

	(void)state;
	assert_int_equal(enforce_outside(extents, 3, 0), 1900000000);
	assert_int_equal(enforce_outside(extents, 3, 33), 33);
	assert_int_equal(enforce_outside(extents, 3, 109), 2009);
	assert_int_equal(enforce_outside(extents, 3, 110), -1);
	assert_int_equal(enforce_outside(extents, 3, 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_follow_each_other_and_names_are_given_once),
		cmocka_unit_test(what_must_come_before_comes_before),
		cmocka_unit_test(who_enters_takes_each_step_that_the_service_takes),
		cmocka_unit_test(ids_are_found_in_every_extent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
