/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "stack/init_log.h"

static char folder[] = "/tmp/bulkhead-log-XXXXXX";
static const char *const names[] = {"log", "log.1", "log.2", "log.3", "log.4", "log.5"};

static long size_of(int at, const char *name)
{
	struct stat status;

	return fstatat(at, name, &status, 0) < 0 ? -1 : (long)status.st_size;
}

static void lines_are_appended(void **state)
{
	int at = *(int *)*state;
	struct stack_init_log log;

	stack_init_log_open(&log, at);
	stack_init_log_write(&log, "one\n", 4);
	close(log.file);
	stack_init_log_open(&log, at);
	stack_init_log_write(&log, "two\n", 4);
	close(log.file);
	assert_int_equal(size_of(at, "log"), 8);
}

static void a_flood_fills_five_files_and_no_more(void **state)
{
	static char chunk[1000 * 1000];
	int at = *(int *)*state;
	struct stack_init_log log;

	memset(chunk, 'x', sizeof(chunk));
	stack_init_log_open(&log, at);
	for (int i = 0; i < 75; i++)
		stack_init_log_write(&log, chunk, sizeof(chunk));
	close(log.file);
	for (int i = 0; i < 5; i++) {
		assert_true(size_of(at, names[i]) > 0);
		assert_true(size_of(at, names[i]) <= 10 * 1000 * 1000);
	}
	assert_int_equal(size_of(at, names[5]), -1);
}

static void without_a_folder_everything_is_dropped(void **state)
{
	struct stack_init_log log;

	(void)state;
	stack_init_log_open(&log, -1);
	stack_init_log_write(&log, "one\n", 4);
	assert_int_equal(log.file, -1);
}

int main(void)
{
	int at = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(lines_are_appended, &at),
		cmocka_unit_test_prestate(a_flood_fills_five_files_and_no_more, &at),
		cmocka_unit_test(without_a_folder_everything_is_dropped),
	};

	if (at < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(at, names[i], 0);
	rmdir(folder);
	return failed;
}
