/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
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

static bool any_child(void)
{
	pid_t ended;

	while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return ended == 0;
}

/*
 * Nobody helps: what is left goes by itself, within two seconds.  This process
 * is the one that orphans are given to: without children there are none, and
 * with them have gone their namespaces and what was mounted there.
 */
static void assert_nothing_stays(const char *when)
{
	for (int i = 0; i < 200 && (any_child() || access(cgroup(""), F_OK) == 0); i++)
		usleep(10000);
	if (any_child())
		fail_msg("%s a process stays", when);
	if (access(cgroup(""), F_OK) == 0)
		fail_msg("%s the cgroup stays", when);
}

static void a_launcher_killed_after_any_step_leaves_nothing(void **state)
{
	size_t mounts = lines("/proc/self/mountinfo"), links = lines("/proc/net/dev");
	char output[4096];

	(void)state;
	for (size_t step = 1; step < enforce_step_count; step++) {
		struct stack_launch_options options = launch_options();

		if (!(enforce_steps[step - 1].takers & ENFORCE_LAUNCHES))
			continue;
		options.kill_after = (int)step;
		assert_int_equal(launch_script(plan, &options, "sleep 60", output, sizeof(output)),
			128 + SIGKILL);
		assert_nothing_stays(arena_printf(
			arena, "after step %zu (%s)", step, enforce_steps[step - 1].name));
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

static __attribute__((noreturn)) void launch_and_stay(void)
{
	char *const command[] = {
		"/usr/bin/sh", "-c", "echo >/srv/data/on; while :; do sleep 1; done", NULL};
	struct stack_launch_options options = launch_options();
	struct stack_launched launched;

	options.command = command;
	if (stack_launch(plan, launch_service(plan), &options, &launched, NULL) == 0)
		pause();
	_exit(1);
}

/* In the foreground nobody would know of the service any more. */
static void a_service_in_the_foreground_ends_with_its_launcher(void **state)
{
	const char *sign = arena_printf(arena, "%s/data/on", folder);
	pid_t child;

	(void)state;
	fflush(stdout);
	child = fork();
	if (child == 0)
		launch_and_stay();
	for (int i = 0; i < 500 && access(sign, F_OK) < 0; i++)
		usleep(10000);
	assert_int_equal(access(sign, F_OK), 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_nothing_stays("after the launcher");
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
		cmocka_unit_test(a_service_in_the_foreground_ends_with_its_launcher),
		cmocka_unit_test(a_launch_follows_a_killed_one),
	};

	if (!BULKHEAD_TEST_BUILD) {
		printf("SKIP: killing launches needs a test build\n");
		return 77;
	}
	int failed = launch_begin(folder);
	if (failed)
		return failed;
	/* Mounts and links of this process alone are counted, and its orphans. */
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return 1;
	arena = arena_new();
	plan = launch_plan(arena, folder);
	launch_forbid(plan, arena, "execute");
	launch_notify(plan, arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return failed;
}
