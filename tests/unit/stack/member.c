/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/member.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/scoped.h"

static pid_t sleeper(void)
{
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	return child;
}

static void a_running_process_is_alive(void **state)
{
	struct stack_member member;
	pid_t child = sleeper();

	(void)state;
	assert_int_equal(stack_member_fill(&member, STACK_SERVICE, "web", child, child), 0);
	assert_true(stack_member_alive(&member));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_false(stack_member_alive(&member));
}

static void a_zombie_is_not(void **state)
{
	struct stack_member member;
	pid_t child = sleeper();
	siginfo_t end;

	(void)state;
	assert_int_equal(stack_member_fill(&member, STACK_SERVICE, "web", child, child), 0);
	kill(child, SIGKILL);
	waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT);
	assert_false(stack_member_alive(&member));
	waitpid(child, NULL, 0);
}

static void a_stranger_with_the_same_pid_is_not_ours(void **state)
{
	struct stack_member member;
	pid_t child = sleeper();

	(void)state;
	assert_int_equal(stack_member_fill(&member, STACK_SERVICE, "web", child, child), 0);
	member.start--;
	assert_false(stack_member_alive(&member));
	assert_int_equal(stack_member_open(&member), -ESRCH);
	member.start++;
	assert_true(stack_member_alive(&member));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void what_is_written_is_read_back(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	char folder_name[] = "/tmp/bulkhead-member-XXXXXX";
	struct stack_member written, read;

	(void)state;
	assert_non_null(mkdtemp(folder_name));
	scoped(dir) DIR *folder = opendir(folder_name);
	assert_int_equal(
		stack_member_fill(&written, STACK_GATEWAY, "gateway", getpid(), getpid()), 0);
	assert_int_equal(stack_member_write(dirfd(folder), "one.json", &written, NULL), 0);
	assert_int_equal(stack_member_read(dirfd(folder), "one.json", arena, &read, NULL), 0);
	assert_int_equal(read.kind, STACK_GATEWAY);
	assert_string_equal(read.name, "gateway");
	assert_int_equal(read.pid, getpid());
	assert_int_equal(read.start, written.start);
	assert_true(stack_member_alive(&read));
	assert_int_equal(unlinkat(dirfd(folder), "one.json", 0), 0);
	assert_int_equal(rmdir(folder_name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_running_process_is_alive),
		cmocka_unit_test(a_zombie_is_not),
		cmocka_unit_test(a_stranger_with_the_same_pid_is_not_ours),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
