/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "stack/member.h"
#include "stack/status_own.h"

static struct arena *arena;
static struct stack_status status;
static struct stack_status_look look;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	status = (struct stack_status){0};
	look = (struct stack_status_look){.arena = arena, .status = &status};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* This very process, which has kept another id than it should. */
static void a_process_that_is_not_as_wanted_is_weaker(void **state)
{
	const struct stack_status_own wanted = {.uid = geteuid() + 1, .capabilities = UINT64_MAX};
	struct stack_member self;

	(void)state;
	assert_int_equal(
		stack_member_fill(&self, STACK_SUPERVISOR, "supervisor", getpid(), getpid()), 0);
	stack_status_add_own(&look, "supervisor", &self, &wanted);
	assert_int_equal(status.row_count, 1);
	assert_int_equal(status.rows[0].state, ENFORCE_WEAKER);
	assert_non_null(strstr(status.rows[0].text, arena_printf(arena, "uid %u", geteuid())));
	assert_true(status.drift);
}

static void one_that_has_ended_is_absent(void **state)
{
	struct stack_member member;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(stack_member_fill(&member, STACK_GATEWAY, "gateway", child, child), 0);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	stack_status_add_own(&look, "gateway", &member, &(struct stack_status_own){0});
	assert_int_equal(status.rows[0].state, ENFORCE_ABSENT);
	assert_true(status.drift);
}

static void only_what_is_not_expected_is_drift(void **state)
{
	const struct stack_status_row rows[] = {
		{.subject = "web", .layer = "view", .state = ENFORCE_ENFORCED},
		{.subject = "web", .layer = "resources", .state = ENFORCE_ABSENT, .expected = true},
		{.subject = "web", .layer = "seccomp", .state = ENFORCE_UNKNOWN},
	};

	(void)state;
	stack_status_add(&look, &rows[0]);
	stack_status_add(&look, &rows[1]);
	assert_false(status.drift);
	stack_status_add(&look, &rows[2]);
	assert_true(status.drift);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_process_that_is_not_as_wanted_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_has_ended_is_absent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_what_is_not_expected_is_drift, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
