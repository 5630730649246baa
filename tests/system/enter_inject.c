/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "enforce/steps.h"
#include "enter_plan.h"
#include "inject.h"
#include "launch_plan.h"
#include "stack/enter.h"

static struct arena *arena;
static struct enter_stage stage;
static char folder[] = "/tmp/bulkhead-inject-XXXXXX";

/*
 * The tracer waits for all children of this process: the service is not one of
 * them.  Its launcher stays until this process ends.
 */
static int begin_apart(void)
{
	int there[2], ours[2];
	char byte;

	stage.plan = launch_plan(arena, folder);
	if (pipe(there) < 0 || pipe(ours) < 0)
		return -1;
	if (fork() == 0) {
		if (fork() != 0)
			_exit(0);
		close(ours[1]);
		if (enter_stage_begin(&stage, arena, folder) == 0 &&
			write(there[1], &stage, sizeof(stage)) == sizeof(stage))
			while (read(ours[0], &byte, 1) < 0 && errno == EINTR)
				;
		enter_stage_end(&stage);
		_exit(0);
	}
	wait(NULL);
	close(there[1]);
	close(ours[0]);
	return read(there[0], &stage, sizeof(stage)) == sizeof(stage) ? ours[1] : -1;
}

static int run(char *const *command, char *output, size_t size)
{
	return enter_command(&stage, command, 0, output, size);
}

/* The service that was entered is as before, and alone. */
static void tidy(void)
{
	enter_stage_assert_alone(&stage, "a command whose confinement failed");
}

static void a_command_for_which_nothing_fails_is_whole(void **state)
{
	(void)state;
	inject_nothing();
}

static void whatever_is_forbidden_no_command_is_confined_by_half(void **state)
{
	(void)state;
	inject_everywhere(EPERM);
}

static void whatever_is_said_to_be_missing_neither(void **state)
{
	(void)state;
	inject_everywhere(ENOENT);
}

static void whatever_is_said_to_be_wrong_neither(void **state)
{
	(void)state;
	inject_everywhere(EINVAL);
}

static void a_caller_killed_after_any_step_leaves_nothing(void **state)
{
	char output[4096];

	(void)state;
	for (size_t step = 1; step < enforce_step_count; step++) {
		if (!(enforce_steps[step - 1].takers & ENFORCE_ENTERS))
			continue;
		assert_int_equal(
			enter_script(&stage, "sleep 60", (int)step, output, sizeof(output)),
			128 + 9);
		enter_stage_assert_alone(&stage, enforce_steps[step - 1].name);
	}
	assert_int_equal(enter_script(&stage, "exit 9", 0, output, sizeof(output)), 9);
}

int main(void)
{
	static const struct inject entering = {
		run, tidy, {"caller", "guard", "keeper", "command"}, .fewest = 50, .filters = "1"};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_caller_killed_after_any_step_leaves_nothing),
		cmocka_unit_test(a_command_for_which_nothing_fails_is_whole),
		cmocka_unit_test(whatever_is_forbidden_no_command_is_confined_by_half),
		cmocka_unit_test(whatever_is_said_to_be_missing_neither),
		cmocka_unit_test(whatever_is_said_to_be_wrong_neither),
	};
	int status = inject_begin(&entering);

	if (status == 0)
		status = launch_begin(folder);
	if (status)
		return status;
	arena = arena_new();
	int apart = begin_apart();
	status = apart < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
	stack_kill(stage.plan, "web", NULL);
	close(apart);
	arena_free(arena);
	launch_end(folder);
	return status;
}
