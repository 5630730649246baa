/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/launch.h"

/*
 * This process is a bad parent: it has everything that a service must not get
 * from whoever launches it.
 */

static struct arena *arena;
static struct plan *plan;
static char folder[] = "/tmp/bulkhead-inherited-XXXXXX";
static char output[1 << 14];
static bool can_raise, can_spare;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	plan = launch_plan(arena, folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stack_kill(plan, "web", NULL);
	arena_free(arena);
	return 0;
}

static const char *said(const char *script, unsigned without)
{
	struct stack_launch_options options = launch_options();

	options.without = without;
	launch_script(plan, &options, script, output, sizeof(output));
	return output;
}

static void signals_are_as_usual(void **state)
{
	(void)state;
	assert_string_equal(said("grep -E 'Sig(Blk|Ign)' /proc/self/status", 0),
		"SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

static void new_files_are_not_for_everybody(void **state)
{
	(void)state;
	assert_string_equal(said("umask", 0), "0022\n");
}

static void addresses_are_random(void **state)
{
	(void)state;
	assert_string_equal(said("cat /proc/self/personality", 0), "00000000\n");
}

/* Fields 18, 19, 40 and 41: priority, nice, real-time priority, policy. */
static void it_is_scheduled_like_everybody(void **state)
{
	(void)state;
	assert_string_equal(said("cut -d' ' -f18,19,40,41 /proc/self/stat", 0), "20 0 0 0\n");
}

static void it_may_be_killed_when_memory_is_short(void **state)
{
	(void)state;
	if (!can_spare)
		skip();
	assert_string_equal(said("cat /proc/self/oom_score_adj", 0), "0\n");
	/* Nor can it go back, even where neither the view nor Landlock holds the file. */
	said("echo -400 >/proc/self/oom_score_adj; cat /proc/self/oom_score_adj",
		1U << LAYER_VIEW | 1U << LAYER_LANDLOCK);
	assert_string_equal(strrchr(output, '0'), "0\n");
	assert_null(strstr(output, "-400\n"));
}

static void raised_limits_come_down(void **state)
{
	(void)state;
	assert_string_equal(said("ulimit -s", 0), "8192\n");
	if (!can_raise)
		skip();
	assert_string_equal(said("ulimit -Hr; ulimit -Hl", 0), "0\n8192\n");
	assert_non_null(strstr(said("grep nice /proc/self/limits", 0),
		"Max nice priority         0                    0 "));
}

static void it_leads_a_session_without_a_terminal(void **state)
{
	(void)state;
	/* Of the shell itself: session and controlling terminal. */
	assert_string_equal(said("cut -d' ' -f6,7 /proc/$$/stat", 0), "2 0\n");
}

static void no_descriptor_comes_along(void **state)
{
	(void)state;
	assert_string_equal(
		said("for f in /proc/self/fd/*; do test -e $f && echo ${f##*/}; done; pwd", 0),
		"0\n1\n2\n/\n");
}

static void the_callers_keys_stay_with_the_caller(void **state)
{
	const char *keys;

	(void)state;
	assert_true(descriptor_read(AT_FDCWD, "/proc/keys", 1 << 20, arena, &keys) > 0);
	assert_non_null(strstr(keys, "bulkhead-key"));
	said("cat /proc/keys && echo whole", 1U << LAYER_VIEW);
	assert_non_null(strstr(output, "whole"));
	assert_null(strstr(output, "bulkhead-key"));
}

/* These need CAP_SYS_RESOURCE, which root in a container may lack. */
static void raise_limits(void)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY}, forty = {40, 40};

	can_raise = setrlimit(RLIMIT_RTPRIO, &forty) == 0 && setrlimit(RLIMIT_NICE, &forty) == 0 &&
		    setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
	can_spare = descriptor_put(AT_FDCWD, "/proc/self/oom_score_adj", "-500") == 0;
}

static int become_bad_parent(void)
{
	static const char secret[] = "secret";
	const struct sched_param urgent = {.sched_priority = 10};
	struct rlimit stack;
	sigset_t blocked;

	raise_limits();
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigaddset(&blocked, SIGTERM);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	/* As posix_spawn() of the C library leaves its own two. */
	const unsigned long ignored[8] = {(unsigned long)(uintptr_t)SIG_IGN};
	umask(0);
	getrlimit(RLIMIT_STACK, &stack);
	stack.rlim_cur = stack.rlim_max;
	return syscall(SYS_rt_sigaction, 32, ignored, NULL, (size_t)8) < 0 ||
	       syscall(SYS_rt_sigaction, 33, ignored, NULL, (size_t)8) < 0 ||
	       syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	       syscall(SYS_add_key, "user", "bulkhead-key", secret, sizeof(secret),
		       KEY_SPEC_SESSION_KEYRING) < 0 ||
	       sigprocmask(SIG_BLOCK, &blocked, NULL) < 0 ||
	       personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC) < 0 ||
	       setrlimit(RLIMIT_STACK, &stack) < 0 || setpriority(PRIO_PROCESS, 0, -5) < 0 ||
	       sched_setscheduler(0, SCHED_RR, &urgent) < 0 || open("/etc/passwd", O_RDONLY) < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(signals_are_as_usual, set_up, tear_down),
		cmocka_unit_test_setup_teardown(new_files_are_not_for_everybody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_are_random, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_scheduled_like_everybody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_may_be_killed_when_memory_is_short, set_up, tear_down),
		cmocka_unit_test_setup_teardown(raised_limits_come_down, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_leads_a_session_without_a_terminal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptor_comes_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_callers_keys_stay_with_the_caller, set_up, tear_down),
	};

	int failed = launch_begin(folder);
	if (failed)
		return failed;
	failed = become_bad_parent();
	if (failed)
		perror("cannot become a bad parent");
	else
		failed = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return failed;
}
