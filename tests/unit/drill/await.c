/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "drill/attempt.h"
#include "drill/await.h"
#include "drill/report.h"

static const struct drill_attempt attempt = {.name = "a", .kind = DRILL_PRIVILEGE};

static void say(int output, const char *text)
{
	if (write(output, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(1);
}

/* What comes of a process that does @work. */
static void await(void (*work)(int output), struct drill_end *end)
{
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC | O_NONBLOCK), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		work(pipes[1]);
		_exit(3);
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	assert_true(pidfd >= 0);
	assert_int_equal(drill_await_end(pidfd, pipes[0], end), 0);
	close(pidfd);
	close(pipes[0]);
	close(pipes[1]);
}

/* Longer than one may take, but each of them has that long. */
static void work_slowly(int output)
{
	for (int i = 0; i < 2; i++) {
		say(output, DRILL_BEGUN);
		usleep(1700 * 1000);
		say(output, "refused 1 2 -1\n");
	}
}

static void each_has_its_time(void **state)
{
	struct drill_end end;

	(void)state;
	await(work_slowly, &end);
	assert_false(end.late);
	assert_int_equal(end.status, 3);
	assert_int_equal(end.length, 2 * strlen(DRILL_BEGUN "refused 1 2 -1\n"));
}

/* Words that are no beginning gain it nothing. */
static void babble(int output)
{
	say(output, DRILL_BEGUN);
	for (;;) {
		say(output, "x\n");
		usleep(100 * 1000);
	}
}

static void who_does_not_end_is_killed_and_has_no_answer(void **state)
{
	struct drill_answer answer;
	struct drill_end end;

	(void)state;
	await(babble, &end);
	assert_true(end.late);
	assert_int_equal(end.status, 128 + SIGKILL);
	drill_conclude_end(&attempt, &end, 0, &answer);
	assert_int_equal(answer.outcome, DRILL_LOST);
	assert_true(answer.begun);
	assert_int_equal(answer.error, ETIMEDOUT);
	assert_int_equal(answer.signal, 0);
}

/* More than there is room for. */
static void flood(int output)
{
	char text[1024];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 64;)
		i += write(output, text, sizeof(text)) == sizeof(text);
}

static void what_has_no_room_is_thrown_away(void **state)
{
	struct drill_end end;

	(void)state;
	await(flood, &end);
	assert_int_equal(end.status, 3);
	assert_int_equal(end.length, sizeof(end.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_time),
		cmocka_unit_test(who_does_not_end_is_killed_and_has_no_answer),
		cmocka_unit_test(what_has_no_room_is_thrown_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
