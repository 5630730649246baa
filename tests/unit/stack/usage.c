/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/usage.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "scratch.h"

static int root;

static int make_root(void **state)
{
	int error = scratch_make(state);

	root = error ? -1 : open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -1 : 0;
}

static int remove_root(void **state)
{
	close(root);
	return scratch_remove(state);
}

static void put(const char *name, const char *text)
{
	scoped(fd) int file = openat(root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	assert_int_equal(descriptor_write(file, text, strlen(text)), 0);
}

static void put_processes(pid_t one, pid_t other)
{
	char text[64];

	snprintf(text, sizeof(text), "%d\n%d\n", one, other);
	put("cgroup.procs", text);
}

static void a_group_with_controllers_says_it(void **state)
{
	struct stack_usage usage;

	(void)state;
	put("cpu.stat", "usage_usec 1234567\nuser_usec 1\nsystem_usec 2\n");
	put("memory.current", "1000000\n");
	put("memory.stat", "anon 5\ninactive_file 400000\nactive_file 7\n");
	put_processes(getpid(), 1);
	stack_usage_read(root, 1, &usage);
	assert_int_equal(usage.processes, 1);
	assert_int_equal(usage.cpu_milliseconds, 1234);
	assert_int_equal(usage.cpu_from, STACK_USAGE_CGROUP);
	assert_int_equal(usage.memory_bytes, 600000);
	assert_int_equal(usage.memory_from, STACK_USAGE_CGROUP);
}

/* This very process, which is there and has used something. */
static void without_them_processes_are_summed(void **state)
{
	struct stack_usage usage;
	clock_t until = clock() + CLOCKS_PER_SEC / 20;

	(void)state;
	while (clock() < until)
		;
	put_processes(getpid(), 999999999);
	stack_usage_read(root, 1, &usage);
	assert_int_equal(usage.processes, 2);
	assert_int_equal(usage.cpu_from, STACK_USAGE_PROCESSES);
	assert_in_range(usage.cpu_milliseconds, 30, 60000);
	assert_int_equal(usage.memory_from, STACK_USAGE_PROCESSES);
	assert_in_range(usage.memory_bytes, 100 * 1024, 1024 * 1024 * 1024);
}

static void what_nobody_says_is_unknown(void **state)
{
	struct stack_usage usage;

	(void)state;
	stack_usage_read(root, 1, &usage);
	assert_int_equal(usage.processes, 0);
	assert_int_equal(usage.cpu_from, STACK_USAGE_UNKNOWN);
	assert_int_equal(usage.memory_from, STACK_USAGE_UNKNOWN);
	stack_usage_of("no such stack", "web", 1, &usage);
	assert_int_equal(usage.memory_from, STACK_USAGE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_group_with_controllers_says_it, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			without_them_processes_are_summed, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			what_nobody_says_is_unknown, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
