/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "catalog/layer.h"
#include "catalog/namespace.h"
#include "enforce/verify.h"
#include "enter_plan.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/enter.h"
#include "stack/launch.h"

static struct arena *arena;
static struct enter_stage stage;
static char folder[] = "/tmp/bulkhead-enter-XXXXXX";
static char output[1 << 16];

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return enter_stage_begin(&stage, arena, folder);
}

static int tear_down(void **state)
{
	(void)state;
	enter_stage_end(&stage);
	arena_free(arena);
	return 0;
}

static int run(const char *script)
{
	return enter_script(&stage, script, 0, output, sizeof(output));
}

static void assert_says(const char *script, const char *wanted)
{
	run(script);
	if (!strstr(output, wanted))
		fail_msg("'%s' said '%s', wanted '%s'", script, output, wanted);
}

static void assert_refused(const char *script)
{
	if (run(script) <= 0)
		fail_msg("'%s' was let through: %s", script, output);
}

static const char *link_of(pid_t pid, const char *name)
{
	char text[256];
	ssize_t length =
		readlink(arena_printf(arena, "/proc/%d/%s", pid, name), text, sizeof(text) - 1);

	assert_true(length > 0);
	return arena_text_length(arena, text, (size_t)length);
}

/* The lines of /proc/PID/status that say how it is confined. */
static const char *confinement_of(pid_t pid)
{
	static const char *const names[] = {
		"Umask:", "Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:",
		"CapAmb:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:", "SigBlk:", "SigIgn:"};
	FILE *file = fopen(arena_printf(arena, "/proc/%d/status", pid), "re");
	const char *text = "";
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (text_starts(line, names[i]))
				text = arena_printf(arena, "%s%s", text, line);
	fclose(file);
	return text;
}

static const char *limits_of(pid_t pid)
{
	FILE *file = fopen(arena_printf(arena, "/proc/%d/limits", pid), "re");
	const char *text = "";
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		text = arena_printf(arena, "%s%s", text, line);
	fclose(file);
	return text;
}

/* One that stays, and the service beside it. */
static void start_staying(struct stack_launched *entered)
{
	bool not_executed;
	struct fault why = {0};
	char *const command[] = {"/usr/bin/sleep", "60", NULL};
	struct stack_enter enter = enter_stage_enter(&stage, command);

	if (stack_enter(&enter, entered, &not_executed, &why) < 0)
		fail_msg("%s", why.text);
	assert_true(entered->service > 0);
}

static void stop_staying(struct stack_launched *entered)
{
	struct stack_enter enter = enter_stage_enter(&stage, NULL);

	stack_enter_end(&enter, entered);
	assert_int_equal(waitpid(entered->init, NULL, 0), entered->init);
}

static void a_command_is_where_the_service_is(void **state)
{
	size_t count;
	const struct catalog_namespace *kinds = catalog_namespaces(&count);
	struct stack_launched entered;
	pid_t service = stage.launched.service;

	(void)state;
	start_staying(&entered);
	for (size_t i = 0; i < count; i++) {
		const char *name = arena_printf(arena, "ns/%s", kinds[i].file);

		assert_string_equal(link_of(entered.service, name), link_of(service, name));
	}
	assert_string_equal(confinement_of(entered.service), confinement_of(service));
	assert_string_equal(limits_of(entered.service), limits_of(service));
	assert_string_equal(link_of(entered.service, "cwd"), link_of(service, "cwd"));
	stop_staying(&entered);
}

/* By the same look that `status` takes at a service; what is attached to the service's cgroup it
 * does not look for below. */
static void every_layer_is_read_back_as_for_the_service(void **state)
{
	struct enforce_verdict verdicts[2][LAYER_COUNT];
	const struct plan_service *service = launch_service(stage.plan);
	struct stack_launched entered;
	int count;

	(void)state;
	start_staying(&entered);
	count = enforce_verify(
		stage.plan, service, stage.launched.init, stage.launched.service, verdicts[0]);
	assert_int_equal(enforce_verify(stage.plan, service, stage.launched.init, entered.service,
				 verdicts[1]),
		count);
	assert_true(count > 5);
	for (int i = 0; i < count; i++) {
		assert_int_not_equal(verdicts[0][i].state, ENFORCE_ABSENT);
		if (verdicts[0][i].layer != LAYER_LABELS &&
			!text_equal(verdicts[0][i].text, verdicts[1][i].text))
			fail_msg("%s: '%s', and the service '%s'",
				catalog_layer_names[verdicts[0][i].layer], verdicts[1][i].text,
				verdicts[0][i].text);
	}
	stop_staying(&entered);
}

static void what_the_service_may_a_command_may(void **state)
{
	(void)state;
	assert_says("cat /srv/page/index", "hello");
	assert_int_equal(run("echo x >/srv/data/made && cat /srv/data/made"), 0);
	assert_says("id -u; hostname; cat /etc/passwd", "33\nweb\nweb:x:33");
	assert_int_equal(run("[ -d /proc/$$ ]"), 0);
	assert_int_equal(run("exit 7"), 7);
	assert_int_equal(run("kill -TERM $$"), 128 + SIGTERM);
}

static void what_it_may_not_a_command_may_not(void **state)
{
	(void)state;
	assert_refused("echo x >/srv/page/index");
	assert_refused("ls /");
	assert_refused("cat /root/.profile");
	assert_refused("cp /usr/bin/true /tmp/t && chmod 755 /tmp/t && /tmp/t");
	assert_refused("unshare -U true");
	assert_refused("cat /proc/1/environ");
	assert_says("kill -9 1; echo $?", "1\n");
	assert_int_equal(run("perl -e 'use Socket; socket(S, AF_INET, SOCK_STREAM, 0) or die;"
			     "bind(S, pack_sockaddr_in(8080, INADDR_LOOPBACK)) or exit 3'"),
		3);
	assert_says("cat /proc/net/dev | wc -l", "3");
	assert_says("ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 ");
}

static void no_socket_of_the_caller_comes_in(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		close(pair[0]);
		close(pair[1]);
		_exit(enter_here(
			&stage, "read line; echo \"$line\"; readlink /proc/self/fd/[01]", 0));
	}
	close(pair[1]);
	assert_int_equal(write(pair[0], "word\n", 5), 5);
	size_t length = 0;
	ssize_t got;
	while ((got = read(pair[0], output + length, sizeof(output) - 1 - length)) > 0)
		length += (size_t)got;
	output[length] = '\0';
	close(pair[0]);
	waitpid(child, NULL, 0);
	assert_true(text_starts(output, "word\npipe:"));
	assert_null(strstr(output, "socket:"));
}

static void what_it_leaves_behind_is_ended(void **state)
{
	(void)state;
	assert_int_equal(run("sleep 60 & sleep 61 & exit 3"), 3);
	assert_int_equal(enter_stage_processes(&stage), 2); /* the service and its init */
}

static void a_program_that_is_not_there_is_told_from_one_that_is_none(void **state)
{
	char *const missing[] = {"/usr/bin/no-such-program", NULL};
	char *const none[] = {"/etc/passwd", NULL};
	struct stack_enter enter = enter_stage_enter(&stage, missing);
	struct stack_launched entered;
	struct fault why = {0};
	bool not_executed = false;

	(void)state;
	assert_int_equal(stack_enter(&enter, &entered, &not_executed, &why), -ENOENT);
	assert_true(not_executed);
	enter.command = none;
	assert_int_equal(stack_enter(&enter, &entered, &not_executed, &why), -EACCES);
	assert_true(not_executed);
	assert_int_equal(enter_stage_processes(&stage), 2);
}

static void a_service_without_room_says_so(void **state)
{
	struct plan_service *service = launch_service(stage.plan);
	char *const command[] = {"/usr/bin/true", NULL};
	struct stack_enter enter = enter_stage_enter(&stage, command);
	struct plan_rlimit limits[] = {
		{.resource = RLIMIT_NPROC, .name = "nproc", .where = service->where}};
	struct stack_launched entered;
	struct fault why = {0};
	bool not_executed = false;

	(void)state;
	service->rlimits = limits;
	int error = stack_enter(&enter, &entered, &not_executed, &why);
	/* Linux 6.1 counts at a fork alone, and there is none here. */
	if (error == 0) {
		stack_enter_end(&enter, &entered);
		skip();
	}
	assert_int_equal(error, -EAGAIN);
	assert_false(not_executed);
	assert_non_null(strstr(why.hint, "all the processes"));
}

static void a_service_that_does_not_run_is_not_entered(void **state)
{
	char *const command[] = {"/usr/bin/true", NULL};
	struct stack_enter enter = enter_stage_enter(&stage, command);
	struct stack_launched entered;
	struct fault why = {0};
	bool not_executed = false;

	(void)state;
	/* Another process has the number now. */
	stage.member.start++;
	assert_int_equal(stack_enter(&enter, &entered, &not_executed, &why), -ESRCH);
	assert_int_equal(why.kind, FAULT_NO);
}

static void a_command_ends_with_its_service(void **state)
{
	struct stack_launched entered;
	int status;

	(void)state;
	start_staying(&entered);
	kill(stage.launched.init, SIGKILL);
	assert_int_equal(waitpid(entered.init, &status, 0), entered.init);
	assert_int_equal(WEXITSTATUS(status), 128 + SIGKILL);
	struct stack_enter enter = enter_stage_enter(&stage, NULL);
	stack_enter_end(&enter, &entered);
}

/* Whoever is stopped (^Z) reaps nobody; the kernel lets no init go before its namespace is empty.
 */
static void a_stopped_caller_does_not_hold_the_service(void **state)
{
	(void)state;
	pid_t child = enter_staying(&stage);
	assert_int_equal(kill(child, SIGSTOP), 0);
	kill(stage.launched.init, SIGKILL);
	int status = 0, i;
	for (i = 0; i < 300 && waitpid(stage.launched.init, &status, WNOHANG) == 0; i++)
		usleep(10000);
	assert_true(i < 300);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void a_killed_caller_leaves_nothing_of_it(void **state)
{
	(void)state;
	pid_t child = enter_staying(&stage);
	assert_true(enter_stage_processes(&stage) > 2);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	enter_stage_assert_alone(&stage, "the caller");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_command_is_where_the_service_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			every_layer_is_read_back_as_for_the_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_service_may_a_command_may, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_it_may_not_a_command_may_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_socket_of_the_caller_comes_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_it_leaves_behind_is_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_that_is_not_there_is_told_from_one_that_is_none, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_service_without_room_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_service_that_does_not_run_is_not_entered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_command_ends_with_its_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stopped_caller_does_not_hold_the_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_killed_caller_leaves_nothing_of_it, set_up, tear_down),
	};
	int status = launch_begin(folder);

	if (status)
		return status;
	status = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return status;
}
