/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "config.h"
#include "enforce/cgroup.h"
#include "enforce/steps.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/launch.h"

static struct arena *arena;
static struct plan *plan;
static char folder[] = "/tmp/bulkhead-kill-XXXXXX";

/* Lines of a file of /proc: mounts of this namespace, links of this network. */
static size_t lines(const char *path)
{
	const char *text;
	size_t count = 0;

	assert_true(descriptor_read(AT_FDCWD, path, 1 << 20, arena, &text) >= 0);
	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static const char *cgroup(const char *file)
{
	return arena_printf(arena, "%s/bulkhead/%s%s", enforce_cgroup_root(), plan->stack, file);
}

static bool is_empty(const char *path)
{
	const char *text;

	return descriptor_read(AT_FDCWD, path, 4096, arena, &text) <= 0;
}

/* Two seconds: the death signal and the end of a pid namespace take a moment. */
static void assert_no_process_stays(size_t step)
{
	const char *processes = cgroup("/web/cgroup.procs");

	for (int i = 0; i < 200 && !is_empty(processes); i++)
		usleep(10000);
	if (!is_empty(processes))
		fail_msg("after step %zu (%s) a process stays", step, enforce_steps[step - 1].name);
}

static void a_launcher_killed_after_any_step_leaves_nothing(void **state)
{
	size_t mounts = lines("/proc/self/mountinfo"), links = lines("/proc/net/dev");
	char output[4096];

	(void)state;
	for (size_t step = 1; step < enforce_step_count; step++) {
		struct stack_launch_options options = launch_options();

		options.kill_after = (int)step;
		assert_int_equal(launch_script(plan, &options, "sleep 60", output, sizeof(output)),
			128 + SIGKILL);
		assert_no_process_stays(step);
		assert_int_equal(stack_kill(plan, "web", NULL), 0);
		assert_int_equal(access(cgroup(""), F_OK), -1);
		assert_int_equal(lines("/proc/self/mountinfo"), mounts);
		assert_int_equal(lines("/proc/net/dev"), links);
	}
}

/* The counterpart: the same launch that nobody kills. */
static void a_launcher_that_lives_launches(void **state)
{
	struct stack_launch_options options = launch_options();
	char output[4096];

	(void)state;
	assert_int_equal(launch_script(plan, &options, "exit 9", output, sizeof(output)), 9);
	assert_int_equal(access(cgroup(""), F_OK), -1);
}

/* What a killed launcher leaves of its cgroup does not stand in the way of the next. */
static void a_launch_follows_a_killed_one(void **state)
{
	struct stack_launch_options options = launch_options();
	char output[4096];

	(void)state;
	options.kill_after = 3;
	assert_int_equal(
		launch_script(plan, &options, "exit 9", output, sizeof(output)), 128 + SIGKILL);
	options.kill_after = 0;
	assert_int_equal(launch_script(plan, &options, "exit 9", output, sizeof(output)), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_launcher_that_lives_launches),
		cmocka_unit_test(a_launcher_killed_after_any_step_leaves_nothing),
		cmocka_unit_test(a_launch_follows_a_killed_one),
	};

#ifdef __SANITIZE_ADDRESS__
	printf("SKIP: the init's filter refuses the calls of a sanitizer\n");
	return 77;
#endif
	if (geteuid() != 0 || !BULKHEAD_TEST_BUILD) {
		printf("SKIP: killing launches needs root and a test build\n");
		return 77;
	}
	if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
		return 1;
	arena = arena_new();
	mkdir(arena_printf(arena, "%s/page", folder), 0755);
	plan = launch_plan(arena, folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (fork() == 0)
		execl("/bin/rm", "rm", "-rf", folder, NULL);
	wait(NULL);
	return failed;
}
