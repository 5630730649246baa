/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "inject.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/launch.h"

static struct plan *plan;
static char folder[] = "/tmp/bulkhead-inject-XXXXXX";

static int run(char *const *command, char *output, size_t size)
{
	struct stack_launch_options options = launch_options();

	options.command = command;
	return launch_script(plan, &options, "", output, size);
}

static void tidy(void)
{
	stack_kill(plan, "web", NULL);
}

static void a_launch_in_which_nothing_fails_is_whole(void **state)
{
	(void)state;
	inject_nothing();
}

static void whatever_is_forbidden_no_service_is_confined_by_half(void **state)
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

int main(void)
{
	static const struct inject launch = {
		run, tidy, {"launcher", "guard", "init", "service"}, .fewest = 100, .filters = "2"};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_launch_in_which_nothing_fails_is_whole),
		cmocka_unit_test(whatever_is_forbidden_no_service_is_confined_by_half),
		cmocka_unit_test(whatever_is_said_to_be_missing_neither),
		cmocka_unit_test(whatever_is_said_to_be_wrong_neither),
	};
	int status = inject_begin(&launch);

	if (status == 0)
		status = launch_begin(folder);
	if (status)
		return status;
	struct arena *arena = arena_new();
	plan = launch_plan(arena, folder);
	launch_forbid(plan, arena, "execute");
	launch_notify(plan, arena);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	launch_end(folder);
	return status;
}
