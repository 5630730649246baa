/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a supervisor makes of the launcher's answers. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "stack/supervised.h"

static struct arena *arena;
static struct plan_listen listen_on = {.transport = PLAN_TCP, .first = 80, .last = 80};
static struct plan_service service = {
	.name = "web", .base = "web", .listens = &listen_on, .listen_count = 1};
static const struct plan plan = {.services = &service, .service_count = 1};
static struct supervised supervised;
static struct supervisor supervisor;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	supervised = (struct supervised){.pidfd = -1, .record = -1, .probe = {.fd = -1}};
	supervisor = (struct supervisor){.plan = &plan,
		.arena = arena,
		.schedule = schedule_new(&plan, arena),
		.channel = -1,
		.control = -1,
		.services = &supervised,
		.now = 1000000};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (supervised.pidfd >= 0)
		close(supervised.pidfd);
	arena_free(arena);
	return 0;
}

/* What it asks for next, which is @verb. */
static struct stack_request asked(enum stack_verb verb)
{
	supervisor_act(&supervisor);
	assert_int_equal(supervisor.queued, 1);
	supervisor.queued = 0;
	assert_int_equal(supervisor.queue[0].verb, verb);
	return supervisor.queue[0];
}

static void answer(struct stack_request request, int code, int pidfd)
{
	const struct stack_answer said = {.request = request, .code = code};
	int fds[STACK_ANSWER_FDS] = {pidfd, -1};

	supervisor_heard(&supervisor, &said, fds);
}

static void start(void)
{
	answer(asked(STACK_START), 0, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static enum schedule_state state_now(void)
{
	return schedule_view(supervisor.schedule, 0).state;
}

/* The launcher does one thing after the other: its answer may be late. */
static void what_one_showed_says_nothing_of_the_next(void **state)
{
	(void)state;
	schedule_want(supervisor.schedule, 0);
	start();
	const struct stack_request first = asked(STACK_LOOK);
	supervisor_ended(&supervisor, 0);
	assert_int_equal(state_now(), SCHEDULE_BACKOFF);
	supervisor.now += SCHEDULE_BACKOFF_FIRST;
	start();
	const struct stack_request second = asked(STACK_LOOK);
	answer(first, 0, -1);
	assert_int_equal(state_now(), SCHEDULE_RUNNING);
	answer(second, 0, -1);
	assert_int_equal(state_now(), SCHEDULE_READY);
}

static void an_answer_about_nobody_is_let_go(void **state)
{
	int pidfd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	answer((struct stack_request){STACK_START, 1, 0}, 0, pidfd);
	assert_int_equal(fcntl(pidfd, F_GETFD), -1);
	answer((struct stack_request){STACK_LOOK, INT32_MAX, 0}, 0, -1);
	assert_int_equal(state_now(), SCHEDULE_OFF);
}

/* Who waits for a service is not told before its init has written that the phase is over. */
static void a_phase_has_ended_when_its_init_says_so(void **state)
{
	(void)state;
	for (int word = 1; word >= 0; word--) {
		schedule_want(supervisor.schedule, 0);
		start();
		answer(asked(STACK_LOOK), 0, -1);
		int record = memfd_create("record", MFD_CLOEXEC);
		supervised.record = record;
		answer(asked(STACK_END_PHASE), 0, -1);
		assert_int_equal(supervisor_act(&supervisor), supervisor.now + 1);
		assert_int_not_equal(supervised.phase, PHASE_ENDED);
		/* Or when it had its time: a stopped one is not waited for. */
		if (word)
			assert_int_equal(write(record, "ready\n", 6), 6);
		else
			supervisor.now += 1000;
		supervisor_act(&supervisor);
		assert_int_equal(supervised.phase, PHASE_ENDED);
		close(record);
		supervised.record = -1;
		supervisor_ended(&supervisor, 0);
		supervisor.now += SCHEDULE_BACKOFF_LAST;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_one_showed_says_nothing_of_the_next, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_phase_has_ended_when_its_init_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_about_nobody_is_let_go, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
