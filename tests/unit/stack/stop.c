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

#include "plan/plan.h"
#include "stack/state.h"
#include "stack/stop.h"

enum { MOST = 3 };

static struct stack_member members[MOST];
static int said; /* read end: each says its name when it ends */

static __attribute__((noreturn)) void live(const char *name, int say, bool stubborn)
{
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	do
		sigwait(&set, &signal);
	while (stubborn);
	/* Long enough for others to get in between, if they are told too early. */
	usleep(30000);
	_exit(write(say, name, 1) != 1);
}

static void start(const char *const *names, bool stubborn)
{
	sigset_t set, before;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	/* Before the fork: one told at once would not have blocked it yet. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	for (int i = 0; i < MOST; i++) {
		pid_t pid = fork();

		if (pid == 0)
			live(names[i], ends[1], stubborn);
		assert_int_equal(
			stack_member_fill(&members[i], STACK_SERVICE, names[i], pid, pid), 0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	said = ends[0];
}

/* Stop them; what they said, in the order of their ends. */
static const char *stop(struct plan_edge *edges, size_t count, int seconds)
{
	static char order[MOST + 1];
	struct plan_service services[MOST];
	const struct plan plan = {
		.edges = edges, .edge_count = count, .services = services, .service_count = MOST};
	const struct stack_state state = {
		.plan = &plan, .services = members, .service_count = MOST};
	size_t length = 0;
	ssize_t got;

	for (int i = 0; i < MOST; i++)
		services[i] = (struct plan_service){.name = members[i].name,
			.life = {.stop_signal = SIGTERM, .stop_seconds = (uint32_t)seconds}};
	stack_stop_members(&state);
	while ((got = read(said, order + length, MOST - length)) > 0)
		length += (size_t)got;
	order[length] = '\0';
	close(said);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return order;
}

static void who_connects_ends_first(void **state)
{
	static const char *const names[] = {"c", "a", "b"};
	struct plan_edge edges[] = {{.from = "a", .to = "b"}, {.from = "b", .to = "c"}};

	(void)state;
	start(names, false);
	assert_string_equal(stop(edges, 2, 5), "abc");
}

static void a_circle_ends_too(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct plan_edge edges[] = {
		{.from = "a", .to = "b"}, {.from = "b", .to = "a"}, {.from = "a", .to = "c"}};

	(void)state;
	start(names, false);
	assert_int_equal(strlen(stop(edges, 3, 5)), 3);
}

static void who_does_not_listen_is_killed(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct plan_edge edges[] = {{.from = "a", .to = "b"}};

	(void)state;
	start(names, true);
	assert_string_equal(stop(edges, 1, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_connects_ends_first),
		cmocka_unit_test(a_circle_ends_too),
		cmocka_unit_test(who_does_not_listen_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
