/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/guard.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/descriptor.h"

/* Write a word, to the one descriptor that a guard was left. */
static void tidy(void *context)
{
	const int *end = context;
	bool alone = fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0;

	descriptor_write(*end, alone ? "tidy" : "open", 4);
}

/* A process that begins a guard and then ends by @signal, or ends the guard (0); what that wrote.
 * All but KILL is sent to the whole group, as a terminal does. */
static const char *live(int signal)
{
	static char said[8];
	int ends[2], status;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t child = fork();
	if (child == 0) {
		struct guard guard;

		if (setpgid(0, 0) < 0 || guard_begin(&guard, ends[1], tidy, &ends[1]) < 0)
			_exit(1);
		if (signal == 0) {
			guard_end(&guard);
			_exit(guard.pid == -1 && guard.pipe == -1 ? 0 : 2);
		}
		kill(signal == SIGKILL ? getpid() : 0, signal);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, signal);
	/* Until the guard has ended too. */
	ssize_t length = read(ends[0], said, sizeof(said) - 1);
	assert_true(length >= 0);
	said[length] = '\0';
	close(ends[0]);
	return said;
}

static void it_tidies_up_after_a_death(void **state)
{
	(void)state;
	assert_string_equal(live(SIGKILL), "tidy");
}

/* At once, when it may not have got far yet. */
static void what_is_meant_for_the_group_does_not_end_it(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		assert_string_equal(live(SIGTERM), "tidy");
}

static void it_does_not_after_an_end_in_order(void **state)
{
	(void)state;
	assert_string_equal(live(0), "");
}

static void all_but_some_descriptors_are_closed(void **state)
{
	int status;

	(void)state;
	pid_t child = fork();
	if (child == 0) {
		const int kept[] = {20, -1, 5, 21};

		for (int fd = 3; fd < 30; fd++)
			dup2(0, fd);
		if (descriptor_keep(3, kept, 4) < 0)
			_exit(100);
		for (int fd = 0; fd < 30; fd++) {
			bool wanted = fd < 3 || fd == 5 || fd == 20 || fd == 21;

			if ((fcntl(fd, F_GETFD) >= 0) != wanted)
				_exit(fd + 1);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_tidies_up_after_a_death),
		cmocka_unit_test(what_is_meant_for_the_group_does_not_end_it),
		cmocka_unit_test(it_does_not_after_an_end_in_order),
		cmocka_unit_test(all_but_some_descriptors_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
