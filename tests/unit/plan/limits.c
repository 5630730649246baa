/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/resource.h>

#include "sketch.h"

static const struct plan_rlimit *find(const struct plan_service *service, uint32_t resource)
{
	for (size_t i = 0; i < service->rlimit_count; i++)
		if (service->rlimits[i].resource == resource)
			return &service->rlimits[i];
	return NULL;
}

static void without_limits_a_service_still_leaves_no_core(void **state)
{
	struct sketch sketch = sketch_plan("  a: {role: bare, command: daemon}\n", false);
	const struct plan_service *a = plan_service(sketch.plan, "a");

	(void)state;
	assert_int_equal(a->rlimit_count, 7);
	assert_int_equal(find(a, RLIMIT_STACK)->soft, 8 << 20);
	assert_true(find(a, RLIMIT_STACK)->value == RLIM_INFINITY);
	assert_int_equal(find(a, RLIMIT_SIGPENDING)->value, 1024);
	assert_int_equal(find(a, RLIMIT_SIGPENDING)->where.line, a->where.line);
	assert_int_equal(a->user_limit_count, 2);
	/* 1, which the kernel reads as none even where a program would get it. */
	assert_int_equal(find(a, RLIMIT_CORE)->value, 1);
	assert_int_equal(a->cgroup_limit_count, 0);
	sketch_free(&sketch);
}

static void each_limit_is_what_the_kernel_takes(void **state)
{
	struct sketch sketch = sketch_plan(
		"  a: {role: bare, command: daemon, limits: {memory: 1MB, processes: 30, cpu: 0.5, "
		"files: 100, io: 2MB/s}}\n",
		false);
	const struct plan_service *a = plan_service(sketch.plan, "a");
	static const char *const wanted[][2] = {
		{"pids.max", "31"}, {"memory.max", "1048576"}, {"cpu.max", "50000 100000"}};

	(void)state;
	assert_int_equal(find(a, RLIMIT_NPROC)->value, 30);
	assert_int_equal(find(a, RLIMIT_NOFILE)->value, 100);
	/* Never: programs that make code reserve more than they use. */
	assert_null(find(a, RLIMIT_AS));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_string_equal(a->cgroup_limits[i].file, wanted[i][0]);
		assert_string_equal(a->cgroup_limits[i].value, wanted[i][1]);
	}
	assert_int_equal(a->cgroup_limit_count, 4);
	assert_string_equal(a->cgroup_limits[3].file, "io.max");
	assert_int_equal(sketch.plan->gap_count, 0);
	sketch_free(&sketch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits_a_service_still_leaves_no_core),
		cmocka_unit_test(each_limit_is_what_the_kernel_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
