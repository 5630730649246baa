/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/report.h"
#include "base/text.h"
#include "catalog/landlock.h"
#include "sketch.h"

static bool may_execute(const struct plan_service *service, const char *path)
{
	for (size_t i = 0; i < service->landlock.beneath_count; i++)
		if (text_equal(service->landlock.beneath[i].path, path))
			return service->landlock.beneath[i].access & CATALOG_LANDLOCK_EXECUTE;
	return false;
}

static void the_command_brings_its_libraries_and_is_no_program(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_string_equal(a->program, "/usr/bin/daemon");
	assert_int_equal(a->program_count, 0);
	assert_true(sketch_node(a, "/usr/bin/daemon")->executable);
	assert_true(sketch_node(a, "/usr/lib/libc.so.6")->executable);
	assert_string_equal(sketch_node(a, "/usr/lib/libc.so")->content, "libc.so.6");
	assert_null(sketch_node(a, "/usr/bin/tool.real"));
	/* Mapped, never executed: all but the program and what loads it. */
	assert_true(may_execute(a, "/usr/bin/daemon"));
	assert_true(may_execute(a, "/usr/lib/ld.so.2"));
	assert_false(may_execute(a, "/usr/lib/libc.so.6"));
	sketch_free(&sketch);
}

static void a_program_is_there_by_both_names(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, programs: [/usr/bin/tool]}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(a->program_count, 1);
	assert_string_equal(a->programs[0].path, "/usr/bin/tool.real");
	assert_int_equal(sketch_node(a, "/usr/bin/tool")->kind, PLAN_LINK);
	assert_true(may_execute(a, "/usr/bin/tool.real"));
	sketch_free(&sketch);
}

/* A file that is only read does not become a program by standing among the files. */
static void a_program_that_is_read_is_not_executed(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, files: {read: [/usr/bin/tool.real]}}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_false(sketch_node(a, "/usr/bin/tool.real")->executable);
	assert_false(may_execute(a, "/usr/bin/tool.real"));
	sketch_free(&sketch);
}

/* The loader of one service's program is only a library to another, and a module by that name is
 * not the loader. */
static void only_the_loader_of_its_own_programs_is_executed(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, files: {load: [/srv/modules]}}\n"
			    "  b: {role: bare, command: /usr/bin/python3.11, files: {load: "
			    "[/usr/lib/ld.so.2]}}\n",
			false);

	(void)state;
	assert_true(may_execute(plan_service(sketch.plan, "a"), "/usr/lib/ld.so.2"));
	assert_true(
		sketch_node(plan_service(sketch.plan, "a"), "/srv/modules/ld.so.2")->executable);
	assert_false(may_execute(plan_service(sketch.plan, "a"), "/srv/modules/ld.so.2"));
	assert_true(sketch_node(plan_service(sketch.plan, "b"), "/usr/lib/ld.so.2")->executable);
	assert_false(may_execute(plan_service(sketch.plan, "b"), "/usr/lib/ld.so.2"));
	sketch_free(&sketch);
}

static void a_script_brings_its_interpreter_and_a_warning_comes_with_it(void **state)
{
	struct sketch sketch =
		sketch_plan("  a: {role: bare, command: daemon, programs: [/usr/bin/script]}\n"
			    "  b: {role: bare, command: daemon, programs: [/usr/bin/python3.11]}\n",
			false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(a->program_count, 2);
	assert_true(may_execute(a, "/usr/bin/script"));
	assert_true(may_execute(a, "/usr/bin/python3.11"));
	assert_true(sketch_says(&sketch, REPORT_WARNING, "/usr/bin/python3.11 is an interpreter"));
	assert_false(sketch_says(&sketch, REPORT_WARNING, "daemon is an interpreter"));
	sketch_free(&sketch);
}

/* A host description may say anything, also that two scripts read each other. */
static void interpreters_that_go_in_circles_come_to_an_end(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: /usr/bin/ping, programs: [/usr/bin/ping]}\n", false);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_ERROR, "too many interpreters"));
	sketch_free(&sketch);
}

static void a_program_that_is_missing_is_an_error(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon, programs: "
					   "[/usr/bin/none, /usr/bin/orphan]}\n"
					   "  b: {role: bare, command: elsewhere}\n",
		false);

	(void)state;
	assert_true(sketch_says(&sketch, REPORT_ERROR, "program '/usr/bin/none': no such file"));
	assert_true(sketch_says(
		&sketch, REPORT_ERROR, "/usr/bin/orphan needs /usr/bin/nothing, which is not on"));
	assert_true(sketch_says(
		&sketch, REPORT_ERROR, "program 'elsewhere': not found on this machine"));
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_brings_its_libraries_and_is_no_program),
		cmocka_unit_test(a_program_is_there_by_both_names),
		cmocka_unit_test(a_program_that_is_read_is_not_executed),
		cmocka_unit_test(only_the_loader_of_its_own_programs_is_executed),
		cmocka_unit_test(a_script_brings_its_interpreter_and_a_warning_comes_with_it),
		cmocka_unit_test(interpreters_that_go_in_circles_come_to_an_end),
		cmocka_unit_test(a_program_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
