/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "enter_plan.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/command.h"

/* What the runner of a command says, in memory that it shares with the test. */
struct said {
	char text[16384];
	size_t length;
};

static struct arena *arena;
static struct enter_stage stage;
static char folder[] = "/tmp/bulkhead-command-XXXXXX";
static struct said *said;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	said->length = 0;
	said->text[0] = '\0';
	return enter_stage_begin(&stage, arena, folder);
}

static int tear_down(void **state)
{
	(void)state;
	enter_stage_end(&stage);
	arena_free(arena);
	return 0;
}

static void say(void *context, const char *service, const char *line)
{
	struct said *into = context;
	size_t room = sizeof(into->text) - into->length;

	into->length +=
		(size_t)snprintf(into->text + into->length, room, "%s: %s\n", service, line);
}

static int start(const char *const *arguments, size_t count, unsigned seconds)
{
	const struct stack_command command = {.plan = stage.plan,
		.service = launch_service(stage.plan),
		.member = &stage.member,
		.arguments = arguments,
		.argument_count = count,
		.seconds = seconds,
		.say = say,
		.context = said};
	struct fault why = {0};
	int pidfd;

	if (stack_command_start(&command, &pidfd, &why) < 0)
		fail_msg("%s", why.text);
	return pidfd;
}

static int run(const char *script, unsigned seconds)
{
	const char *const arguments[] = {"/usr/bin/sh", "-c", script};

	return stack_command_end(start(arguments, 3, seconds));
}

static void its_status_comes_back(void **state)
{
	(void)state;
	assert_int_equal(run("exit 0", 10), 0);
	assert_int_equal(run("exit 3", 10), 3);
	assert_int_equal(run("kill -TERM $$", 10), 128 + SIGTERM);
	assert_string_equal(said->text, "");
	enter_stage_assert_alone(&stage, "three commands");
}

static void what_it_says_is_printable_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(run("echo one; printf 'a\\033[2Jb\\n' >&2; printf last", 10), 0);
	assert_string_equal(said->text, "web: one\nweb: a?[2Jb\nweb: last\n");
	said->length = 0;
	assert_int_equal(run("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i + 1)); done", 30), 0);
	assert_non_null(strstr(said->text, "web: 9\nweb: and more lines\n"));
	assert_null(strstr(said->text, "web: 10\n"));
	said->length = 0;
	assert_int_equal(run("printf %5000d 1; echo", 10), 0);
	assert_true(said->length < 300);
}

static void one_that_takes_too_long_is_ended(void **state)
{
	(void)state;
	assert_int_equal(run("sleep 60 & sleep 61", 1), STACK_COMMAND_LATE);
	assert_non_null(strstr(said->text, "took too long"));
	enter_stage_assert_alone(&stage, "a late command");
}

static void one_that_is_not_there_is_said_to_be(void **state)
{
	const char *const arguments[] = {"/usr/bin/no-such-program"};

	(void)state;
	assert_int_equal(stack_command_end(start(arguments, 1, 10)), STACK_COMMAND_NOT_RUN);
	assert_non_null(strstr(said->text, "cannot execute /usr/bin/no-such-program"));
}

static void what_it_leaves_behind_does_not_hold_it(void **state)
{
	(void)state;
	assert_int_equal(run("sleep 60 & exit 4", 30), 4);
	enter_stage_assert_alone(&stage, "a command with a child");
}

/* Nobody waits in it: several at once take as long as the longest. */
static void the_caller_goes_on_meanwhile(void **state)
{
	const char *const arguments[] = {
		"/usr/bin/sh", "-c", "while [ ! -e /srv/data/go ]; do sleep 0.05; done"};
	int pidfds[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pidfds[i] = start(arguments, 3, 30);
		struct pollfd poll_one = {.fd = pidfds[i], .events = POLLIN};

		assert_int_equal(poll(&poll_one, 1, 0), 0);
	}
	assert_int_equal(run("echo >/srv/data/go", 30), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(stack_command_end(pidfds[i]), 0);
}

static void a_killed_caller_leaves_none(void **state)
{
	const char *const arguments[] = {"/usr/bin/sleep", "60"};

	(void)state;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		start(arguments, 2, 60);
		pause();
	}
	for (int i = 0; i < 500 && enter_stage_processes(&stage) < 5; i++)
		usleep(10000);
	/* The service and its init, a group, a keeper and the command. */
	assert_int_equal(enter_stage_processes(&stage), 5);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	enter_stage_assert_alone(&stage, "the caller");
}

/* Without Landlock's scopes, as before Linux 6.12, it may signal all that has its id. */
static int set_up_hostile(void **state)
{
	(void)state;
	arena = arena_new();
	said->length = 0;
	stage.plan = launch_plan(arena, folder);
	launch_service(stage.plan)->landlock.scoped = 0;
	stage.script = "while :; do kill -STOP -1; done 2>/dev/null";
	int error = enter_stage_begin(&stage, arena, folder);
	stage.script = NULL;
	return error;
}

static void a_service_that_stops_it_holds_nobody(void **state)
{
	struct timespec before, after;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(run("sleep 0.5", 1), STACK_COMMAND_LATE);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < 8);
	enter_stage_assert_alone(&stage, "a command that was stopped");
}

/* Without Landlock it may look at all that has its id: at a command, too, before that executes. */
static int set_up_curious(void **state)
{
	(void)state;
	arena = arena_new();
	said->length = 0;
	stage.plan = launch_plan(arena, folder);
	launch_service(stage.plan)->landlock.used = false;
	stage.script = "while :; do for p in /proc/[2-9]*; do read -r name <$p/comm; "
		       "case $name in exec:*) { : <$p/mem && echo $name >>/srv/data/read; };; "
		       "esac; done; done 2>/dev/null";
	int error = enter_stage_begin(&stage, arena, folder);
	stage.script = NULL;
	return error;
}

static void tell_kernel(const char *word, char before[8])
{
	FILE *knob = fopen("/proc/sys/fs/suid_dumpable", "r+e");

	assert_non_null(knob);
	assert_non_null(fgets(before, 8, knob));
	rewind(knob);
	assert_true(fputs(word, knob) >= 0);
	assert_int_equal(fclose(knob), 0);
}

/* Also where the kernel lets processes that have changed their ids be read. */
static void a_service_reads_nothing_of_who_enters(void **state)
{
	char before[8], ours[8];
	int failed = 0;

	(void)state;
	tell_kernel("1", before);
	for (int i = 0; i < 100; i++)
		failed += run("exit 0", 10) != 0;
	tell_kernel(before, ours);
	assert_int_equal(failed, 0);
	assert_int_equal(access(arena_printf(arena, "%s/data/read", folder), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_status_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_it_says_is_printable_and_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_takes_too_long_is_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_is_not_there_is_said_to_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_it_leaves_behind_does_not_hold_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_caller_goes_on_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_service_that_stops_it_holds_nobody, set_up_hostile, tear_down),
		cmocka_unit_test_setup_teardown(
			a_service_reads_nothing_of_who_enters, set_up_curious, tear_down),
		cmocka_unit_test_setup_teardown(a_killed_caller_leaves_none, set_up, tear_down),
	};
	int status = launch_begin(folder);

	if (status)
		return status;
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return status;
}
