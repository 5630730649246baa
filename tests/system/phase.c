/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What ends when a service is ready: each call before and after, and whoever is dead by then. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/verify.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/init.h"
#include "stack/launch.h"
#include "stack/log.h"
#include "stack/phase.h"

enum { PATIENCE = 10000, MOMENT = 300 }; /* milliseconds */

static struct arena *arena;
static struct plan *plan;
static char folder[] = "/tmp/bulkhead-phase-XXXXXX";

/* A service that answers, launched in the foreground. */
static struct {
	struct stack_launched launched;
	int to, from;
} live;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	plan = launch_plan(arena, folder);
	/* It has no peers: what its cgroup refuses is not what ends when it is ready. */
	launch_service(plan)->ports_held = false;
	live.to = live.from = -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (live.to >= 0) {
		close(live.to);
		close(live.from);
		waitpid(live.launched.init, NULL, 0);
		stack_launched_close(&live.launched);
	}
	stack_kill(plan, "web", NULL);
	arena_free(arena);
	return 0;
}

static void forbid(const char *word)
{
	launch_forbid(plan, arena, word);
}

/* Beside this program. */
static const char *tries(void)
{
	char path[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(length > 0);
	*strrchr(path, '/') = '\0';
	return arena_printf(arena, "%s/phase-tries", path);
}

static struct stack_launch_options options(const char *letter)
{
	struct stack_launch_options options = launch_options();
	char **command = arena_alloc(arena, 3 * sizeof(*command));

	options.bring = tries();
	command[0] = arena_text(arena, "/run/bring/phase-tries");
	command[1] = letter ? arena_text(arena, letter) : NULL;
	options.command = command;
	return options;
}

static void start(void)
{
	struct stack_launch_options with = options(NULL);
	int input[2], output[2], kept[2] = {dup(0), dup(1)};
	struct fault why = {0};

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	fflush(stdout);
	dup2(input[0], 0);
	dup2(output[1], 1);
	int error = stack_launch(plan, launch_service(plan), &with, &live.launched, &why);
	dup2(kept[0], 0);
	dup2(kept[1], 1);
	close(kept[0]);
	close(kept[1]);
	close(input[0]);
	close(output[1]);
	if (error < 0)
		fail_msg("%s", why.text);
	live.to = input[1];
	live.from = output[0];
}

static void ask(char letter)
{
	assert_int_equal(write(live.to, &letter, 1), 1);
}

/* The errno that comes within @patience, or -1. */
static int answer(int patience)
{
	struct pollfd wait = {.fd = live.from, .events = POLLIN};
	char line[16];
	size_t length = 0;

	while (length < sizeof(line) - 1 && poll(&wait, 1, patience) > 0 &&
		read(live.from, line + length, 1) == 1)
		if (line[length++] == '\n') {
			line[length] = '\0';
			return atoi(line);
		}
	return -1;
}

static int result(char letter)
{
	ask(letter);
	return answer(PATIENCE);
}

static void end_phase(void)
{
	struct fault why = {0};

	if (stack_phase_end(launch_service(plan), live.launched.init_pidfd, &why) < 0)
		fail_msg("%s", why.text);
}

/* The init has taken its signal when the first call is refused. */
static void await_end(char letter)
{
	for (int i = 0; i < 1000; i++)
		if (result(letter) == ENOSYS)
			return;
	fail_msg("'%c' is never refused", letter);
}

static const char *phase_now(enum enforce_state *found)
{
	static struct enforce_verdict verdicts[LAYER_COUNT];
	int count = enforce_verify(
		plan, launch_service(plan), live.launched.init, live.launched.service, verdicts);

	for (int i = 0; i < count; i++)
		if (verdicts[i].layer == LAYER_PHASE) {
			*found = verdicts[i].state;
			return verdicts[i].text;
		}
	fail_msg("no verdict about the phase");
	return "";
}

static void what_the_kernel_holds_is_what_status_says(void **state)
{
	enum enforce_state found;

	(void)state;
	forbid("listen");
	forbid("execute");
	start();
	assert_string_equal(
		phase_now(&found), "open still, since it is not ready: execute, listen");
	assert_int_equal(found, ENFORCE_WEAKER);
	/* The filter's end alone. */
	kill(live.launched.init, STACK_INIT_READY);
	await_end('l');
	assert_non_null(strstr(phase_now(&found), "may still be executed from"));
	assert_int_equal(found, ENFORCE_WEAKER);
	end_phase();
	assert_string_equal(phase_now(&found), "ended for good: execute, listen");
	assert_int_equal(found, ENFORCE_ENFORCED);
}

static void a_filter_that_is_not_there_is_absent(void **state)
{
	enum enforce_state found;

	(void)state;
	start();
	forbid("listen");
	phase_now(&found);
	assert_int_equal(found, ENFORCE_ABSENT);
}

/* It has stopped, and is not about to. */
static void stop(void)
{
	int status;

	kill(live.launched.init, SIGSTOP);
	assert_int_equal(waitpid(live.launched.init, &status, WUNTRACED), live.launched.init);
	assert_true(WIFSTOPPED(status));
}

static void each_right_works_until_ready_and_never_again(void **state)
{
	static const struct {
		const char *word, *ends, *remains;
	} rights[] = {
		{"execute", "xX", "ftlcswmaA"},
		{"listen", "l", "xftcswmaAM"},
		{"connect-new", "cso", "xftlSwmaAM"},
		{"fork", "fx", "XtlcswmaAM"},
		{"write", "wTm", "xftlcsraAM"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		void *none = NULL;

		if (i)
			set_up(&none);
		forbid(rights[i].word);
		start();
		for (const char *at = rights[i].ends; *at; at++)
			if (result(*at) != 0)
				fail_msg("%s: '%c' does not work before", rights[i].word, *at);
		for (const char *at = rights[i].remains; *at; at++)
			if (result(*at) != 0)
				fail_msg("%s: '%c' does not work before", rights[i].word, *at);
		end_phase();
		await_end(rights[i].ends[0]);
		end_phase();
		for (const char *at = rights[i].ends; *at; at++)
			if (result(*at) != ENOSYS)
				fail_msg("%s: '%c' is not refused after", rights[i].word, *at);
		for (const char *at = rights[i].remains; *at; at++)
			if (result(*at) != 0)
				fail_msg("%s: '%c' does not work after", rights[i].word, *at);
		if (i + 1 < sizeof(rights) / sizeof(rights[0]))
			tear_down(&none);
	}
}

/* The second layer: with the filter left out, the closed view alone. */
static void a_closed_view_maps_no_new_code(void **state)
{
	(void)state;
	launch_service(plan)->view_closes = true;
	start();
	assert_int_equal(result('M'), 0);
	assert_int_equal(result('x'), 0);
	end_phase();
	assert_int_equal(result('M'), EPERM);
	assert_int_equal(result('x'), EACCES);
	assert_int_equal(result('a'), 0);
	assert_int_equal(result('f'), 0);
}

static void a_stopped_init_lets_nothing_through(void **state)
{
	(void)state;
	forbid("listen");
	start();
	assert_int_equal(result('l'), 0);
	stop();
	ask('l');
	assert_int_equal(answer(MOMENT), -1);
	kill(live.launched.init, SIGCONT);
	assert_int_equal(answer(PATIENCE), 0);
}

static void a_call_that_waits_is_refused_at_the_end(void **state)
{
	(void)state;
	forbid("listen");
	start();
	stop();
	ask('l');
	assert_int_equal(answer(MOMENT), -1);
	end_phase();
	assert_int_equal(answer(MOMENT), -1);
	kill(live.launched.init, SIGCONT);
	assert_int_equal(answer(PATIENCE), ENOSYS);
	assert_int_equal(result('l'), ENOSYS);
}

static void a_flood_of_calls_does_not_hold_back_the_end(void **state)
{
	(void)state;
	forbid("listen");
	start();
	ask('F');
	assert_int_equal(answer(MOMENT), -1);
	end_phase();
	assert_int_equal(answer(PATIENCE), ENOSYS);
}

static void its_own_word_ends_the_phase_and_no_other_does(void **state)
{
	(void)state;
	launch_notify(plan, arena);
	forbid("listen");
	start();
	assert_int_equal(result('n'), 0);
	assert_int_equal(result('l'), 0);
	assert_int_equal(result('N'), 0);
	await_end('l');
	/* More of it than anybody would keep: it is read and forgotten. */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(result(i % 2 ? 'n' : 'N'), 0);
	assert_int_equal(result('l'), ENOSYS);
	/* The name of the socket is not the service's to take. */
	assert_int_equal(result('u'), EACCES);
}

static bool runs(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return access(path, F_OK) == 0;
}

/* It is pid 1 of the service's namespace: nobody is left who could call anything. */
static void a_killed_init_takes_the_service_along(void **state)
{
	pid_t service;

	(void)state;
	forbid("listen");
	start();
	service = live.launched.service;
	assert_true(runs(service));
	stop();
	ask('l');
	assert_int_equal(answer(MOMENT), -1);
	kill(live.launched.init, SIGKILL);
	waitpid(live.launched.init, NULL, 0);
	/* Its listener goes a moment before the others: the call is refused, or never returns. */
	int last = answer(PATIENCE);
	assert_true(last == ENOSYS || last == -1);
	assert_int_equal(answer(PATIENCE), -1);
	assert_false(runs(service));
}

/* Launched by a child that is killed: log and record are all there is of it. */
static struct stack_launched launch_and_die(const char *letter, int logs, int record)
{
	struct stack_launch_options with = options(letter);
	struct stack_launched launched = {0};
	int pair[2];

	with.foreground = false;
	with.log_folder = logs;
	with.exit_record = record;
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	fflush(stdout);
	pid_t launcher = fork();
	if (launcher == 0) {
		struct fault why = {0};

		if (stack_launch(plan, launch_service(plan), &with, &launched, &why) < 0) {
			fprintf(stderr, "%s\n", why.text);
			_exit(1);
		}
		if (write(pair[1], &launched, sizeof(launched)) != sizeof(launched))
			_exit(1);
		pause();
	}
	close(pair[1]);
	assert_int_equal(read(pair[0], &launched, sizeof(launched)), sizeof(launched));
	close(pair[0]);
	kill(launcher, SIGKILL);
	waitpid(launcher, NULL, 0);
	return launched;
}

/* Wait until file @name says exactly @wanted. */
static void await_text(int in, const char *name, const char *wanted)
{
	const char *text = "";

	for (int i = 0; i < PATIENCE; i += 10) {
		if (descriptor_read(in, name, 4096, arena, &text) >= 0 && strcmp(text, wanted) == 0)
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("%s says '%s', not '%s'", name, text, wanted);
}

static void it_holds_when_all_of_ours_but_the_init_is_dead(void **state)
{
	const char *path = arena_printf(arena, "%s/services", folder);

	(void)state;
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(mkdir(arena_printf(arena, "%s/logs", folder), 0755), 0);
	assert_int_equal(chown(arena_printf(arena, "%s/logs", folder), 1900000001, 1900000001), 0);
	scoped(fd) int run = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scoped(fd) int logs =
		open(arena_printf(arena, "%s/logs", folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scoped(fd) int record = stack_exit_record(run, "web", NULL);

	forbid("listen");
	struct stack_launched launched = launch_and_die("l", logs, record);
	await_text(logs, "log", "begun\n");
	kill(launched.init, SIGUSR1);
	await_text(logs, "log", "begun\n0\n");
	scoped(fd) int held = stack_record_open(run, "web");
	assert_false(stack_record_ready(held));
	kill(launched.init, STACK_INIT_READY);
	await_text(run, "services/web.exit", "ready\n");
	assert_true(stack_record_ready(held));
	kill(launched.init, SIGUSR1);
	await_text(logs, "log", "begun\n0\n38\n");
	kill(launched.init, STACK_INIT_READY);
	kill(launched.init, SIGUSR1);
	await_text(logs, "log", "begun\n0\n38\n38\n");
	assert_null(stack_exit_read(folder, "web", arena));
	kill(launched.init, SIGTERM);
	await_text(run, "services/web.exit", "ready\nsignal 15\n");
	assert_string_equal(stack_exit_read(folder, "web", arena), "signal 15");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_right_works_until_ready_and_never_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_kernel_holds_is_what_status_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_filter_that_is_not_there_is_absent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_closed_view_maps_no_new_code, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stopped_init_lets_nothing_through, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_call_that_waits_is_refused_at_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_flood_of_calls_does_not_hold_back_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			its_own_word_ends_the_phase_and_no_other_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_killed_init_takes_the_service_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_holds_when_all_of_ours_but_the_init_is_dead, set_up, tear_down),
	};
	int skipped = launch_begin(folder);

	if (skipped)
		return skipped;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return failed;
}
