/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a supervisor that was taken over can ask of the launcher. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/launcher.h"
#include "stack/state.h"
#include "stack/up.h"

enum { SERVICES = 2, NOW = 3 };

static struct arena *arena;
static struct plan_service services[SERVICES] = {
	{.name = "web", .base = "web", .program = "/usr/bin/web", .workdir = "/"},
	{.name = "db", .base = "db", .program = "/usr/bin/db", .workdir = "/"}};
static struct plan plan = {.version = PLAN_VERSION,
	.stack = "test-launcher",
	.arch = "x86-64",
	.services = services,
	.service_count = SERVICES};
static char folder[] = "/tmp/bulkhead-launcher-XXXXXX";
static struct stack_up up;
static struct stack_begin begin;
static struct stack_state state;
static struct stack_member members[SERVICES];
static struct launcher launcher;
static int supervisor = -1;

static int set_up(void **context)
{
	int ends[2];

	(void)context;
	arena = arena_new();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	up = (struct stack_up){.plan = &plan};
	begin = (struct stack_begin){.up = &up,
		.lock = open("/dev/null", O_RDONLY | O_CLOEXEC),
		.guard = open("/dev/null", O_RDONLY | O_CLOEXEC)};
	state = (struct stack_state){.stack = plan.stack, .folder = folder, .plan = &plan};
	launcher = (struct launcher){.begin = &begin,
		.arena = arena,
		.start = {.plan = &plan,
			.generation = NOW,
			.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)},
		.state = &state,
		.services = members,
		.channel = ends[0]};
	for (size_t i = 0; i < SERVICES; i++)
		members[i].generation = NOW;
	for (size_t i = 0; i < LAUNCHER_COMMANDS; i++)
		launcher.commands[i].pidfd = -1;
	supervisor = ends[1];
	return 0;
}

static int tear_down(void **context)
{
	(void)context;
	if (launcher.plan_arena)
		arena_free(launcher.plan_arena);
	close(launcher.start.folder);
	close(launcher.channel);
	close(supervisor);
	arena_free(arena);
	return 0;
}

/* The code of its answer; descriptors that came with it are closed. */
static int ask(uint32_t verb, uint32_t service, uint32_t number)
{
	const struct stack_request request = {verb, service, number};
	struct stack_answer answer;
	int fds[STACK_ANSWER_FDS];

	launcher_serve(&launcher, &request);
	assert_int_equal(stack_channel_heard(supervisor, &answer, fds), 1);
	for (size_t i = 0; i < STACK_ANSWER_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return answer.code;
}

static void what_is_not_of_its_stack_is_refused(void **context)
{
	static const struct stack_request rows[] = {
		{STACK_VERBS, 0, 0},
		{UINT32_MAX, 0, 0},
		{STACK_START, SERVICES, 0},
		{STACK_START, STACK_WHOLE, 0},
		{STACK_SIGNAL, STACK_RELAY(STACK_RELAYS), 15},
		{STACK_SIGNAL, INT32_MAX, 15},
		{STACK_LOOK, STACK_RELAY(0), 0},
		{STACK_PROBE_READY, STACK_RELAY(1), 0},
		{STACK_END_PHASE, STACK_RELAY(0), 0},
		{STACK_SETTLE, 0, 0},
		{STACK_PLAN, STACK_RELAY(0), NOW + 1},
	};

	(void)context;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ask(rows[i].verb, rows[i].service, rows[i].number), -EPROTO);
	assert_int_equal(ask(STACK_FIND, 0, 0), 0);
	/* No command of the policy's, and no signal of the kernel's. */
	assert_int_equal(ask(STACK_PROBE_HEALTHY, 0, 0), -EPROTO);
	assert_int_equal(ask(STACK_SIGNAL, 1, 0), -EINVAL);
	assert_int_equal(ask(STACK_SIGNAL, 1, 65), -EINVAL);
}

static void it_settles_once(void **context)
{
	(void)context;
	assert_int_equal(ask(STACK_SETTLE, STACK_WHOLE, 0), 0);
	assert_int_equal(fcntl(begin.lock, F_GETFD), -1);
	/* Other files have the numbers now. */
	int lock = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int guard = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(lock, begin.lock);
	assert_int_equal(guard, begin.guard);
	assert_int_equal(ask(STACK_SETTLE, STACK_WHOLE, 0), -EALREADY);
	assert_int_not_equal(fcntl(lock, F_GETFD), -1);
	assert_int_not_equal(fcntl(guard, F_GETFD), -1);
	close(lock);
	close(guard);
}

/* Those that counted are there for who was launched by them, and allow what is allowed no more. */
static void an_older_plan_does_not_come_back(void **context)
{
	(void)context;
	for (uint32_t number = NOW - 1; number <= NOW + 1; number++)
		assert_int_equal(
			stack_state_write_plan(launcher.start.folder, &plan, number, NULL), 0);
	assert_int_equal(ask(STACK_PLAN, STACK_WHOLE, NOW - 1), -EALREADY);
	assert_int_equal(ask(STACK_PLAN, STACK_WHOLE, NOW), -EALREADY);
	assert_int_equal(launcher.start.generation, NOW);
	assert_int_equal(ask(STACK_PLAN, STACK_WHOLE, NOW + 1), 0);
	assert_int_equal(ask(STACK_PLAN, STACK_WHOLE, NOW), -EALREADY);
	assert_int_equal(launcher.start.generation, NOW + 1);
	/* And no number is given twice. */
	assert_int_equal(stack_state_next(launcher.start.folder, NOW - 2), NOW + 2);
}

/* It is not held by who asks and never listens: it ends, as when the other has. */
static void who_does_not_listen_is_left(void **context)
{
	const struct stack_request find = {STACK_FIND, 0, 0};
	const struct timeval moment = {.tv_usec = 20000};
	struct stack_request request;
	int count = 0;

	(void)context;
	assert_int_equal(
		setsockopt(launcher.channel, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof(moment)), 0);
	/* As many as the supervisor has under way at once find room. */
	for (; count < 32; count++)
		launcher_serve(&launcher, &find);
	assert_int_equal(stack_channel_ask(supervisor, &find), 0);
	assert_int_equal(stack_channel_request(launcher.channel, &request), 1);
	while (stack_channel_ask(supervisor, &find) == 0 && count++ < 10000 &&
		stack_channel_request(launcher.channel, &request) == 1)
		launcher_serve(&launcher, &request);
	assert_true(count < 10000);
	assert_int_equal(stack_channel_request(launcher.channel, &request), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_not_of_its_stack_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_settles_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_older_plan_does_not_come_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_does_not_listen_is_left, set_up, tear_down),
	};
	char name[64];

	if (!mkdtemp(folder))
		return 1;
	snprintf(name, sizeof(name), "%s/plans", folder);
	if (mkdir(name, 0700) < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (uint32_t number = NOW - 1; number <= NOW + 1; number++) {
		snprintf(name, sizeof(name), "%s/plans/%u.json", folder, number);
		unlink(name);
	}
	snprintf(name, sizeof(name), "%s/plans", folder);
	rmdir(name);
	rmdir(folder);
	return failed;
}
