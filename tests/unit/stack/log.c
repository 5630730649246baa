/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"

static struct arena *arena;
static char folder[] = "/tmp/bulkhead-exit-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	arena = arena_new();
	return !mkdtemp(folder) || mkdir(arena_printf(arena, "%s/services", folder), 0700);
}

static int remove_folder(void **state)
{
	(void)state;
	int error = unlink(arena_printf(arena, "%s/services/one.exit", folder)) ||
		    rmdir(arena_printf(arena, "%s/services", folder)) || rmdir(folder);

	arena_free(arena);
	return error;
}

/* What is read when the record holds @text. */
static const char *recorded(const char *text)
{
	scoped(fd) int file = open(arena_printf(arena, "%s/services/one.exit", folder),
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	assert_int_equal(descriptor_write(file, text, strlen(text)), 0);
	return stack_exit_read(folder, "one", arena);
}

static void how_a_service_ended_is_read(void **state)
{
	(void)state;
	assert_string_equal(recorded("exit 3\n"), "exit 3");
	assert_string_equal(recorded("signal 11\n"), "signal 11");
}

static void what_no_init_of_ours_writes_is_no_end(void **state)
{
	(void)state;
	assert_null(recorded(""));
	assert_null(recorded("exit\n"));
	assert_null(recorded("exit 3 \033[2J\n"));
	assert_null(recorded("exit -1\n"));
	assert_null(recorded("exit 1000\n"));
	assert_null(recorded("\033]0;title\a\n"));
	assert_null(
		recorded("signal 9 but it is well, do not look into it, all is as it should be, "
			 "go on\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_service_ended_is_read),
		cmocka_unit_test(what_no_init_of_ours_writes_is_no_end),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
