/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drill/attempt.h"
#include "drill/await.h"
#include "drill/batch.h"
#include "drill/each.h"
#include "drill/report.h"

static const struct drill_attempt attempts[3] = {{.name = "a", .kind = DRILL_PRIVILEGE},
	{.name = "b", .kind = DRILL_PRIVILEGE}, {.name = "c", .kind = DRILL_INET}};

static size_t conclude(const char *text, int status, struct drill_answer answers[3])
{
	struct drill_end end = {.length = strlen(text), .status = status};
	struct drill_item items[3];

	memcpy(end.text, text, end.length);
	for (size_t i = 0; i < 3; i++)
		items[i] = (struct drill_item){&attempts[i], "", "", &answers[i]};
	return drill_batch_conclude(items, 3, &end);
}

static void several_answers_are_told_apart(void **state)
{
	struct drill_answer answers[3];

	(void)state;
	assert_int_equal(
		conclude(DRILL_BEGUN "refused 1 2 -1\n" DRILL_BEGUN "refused 13 4 -1\n" DRILL_BEGUN
				     "not-applicable 0 -1 -1\n",
			0, answers),
		3);
	assert_int_equal(answers[0].error, 1);
	assert_int_equal(answers[1].error, 13);
	assert_int_equal(answers[1].call, 4);
	assert_int_equal(answers[2].outcome, DRILL_SKIPPED);
}

static void the_one_that_was_killed_is_the_last_that_began(void **state)
{
	struct drill_answer answers[3];

	(void)state;
	assert_int_equal(
		conclude(DRILL_BEGUN "refused 1 2 -1\n" DRILL_BEGUN, 128 + 31, answers), 2);
	assert_int_equal(answers[1].outcome, DRILL_REFUSED);
	assert_int_equal(answers[1].signal, 31);
	assert_int_equal(conclude("", 128 + 9, answers), 1);
	assert_int_equal(answers[0].outcome, DRILL_LOST);
}

static void what_gets_through_is_the_last_of_its_launch(void **state)
{
	struct drill_answer answers[3];

	(void)state;
	assert_int_equal(conclude(DRILL_BEGUN "succeeded 0 2 -1\n", 0, answers), 1);
	assert_int_equal(answers[0].outcome, DRILL_SUCCEEDED);
}

static int refused(struct drill_context *context)
{
	context->call = 7;
	return strcmp(context->first, "one") == 0 ? -EPERM : -EACCES;
}

static int through(struct drill_context *context)
{
	(void)context;
	return 0;
}

/* What a confined process does, and what is read of it. */
static void what_one_process_says_of_each_is_read_as_such(void **state)
{
	const struct drill_attempt first = {.name = "a", .kind = DRILL_PRIVILEGE, .run = refused};
	const struct drill_attempt last = {.name = "b", .kind = DRILL_PRIVILEGE, .run = through};
	struct drill_answer answers[4];
	const struct drill_item items[] = {{&first, "one", "", &answers[0]},
		{&first, "two", "", &answers[1]}, {&last, "", "", &answers[2]},
		{&first, "one", "", &answers[3]}};
	struct drill_end end = {0};
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_true(drill_each(&first, "one", "", pipes[1]));
	assert_true(drill_each(&first, "two", "", pipes[1]));
	assert_false(drill_each(&last, "", "", pipes[1]));
	close(pipes[1]);
	end.length = (size_t)read(pipes[0], end.text, sizeof(end.text));
	close(pipes[0]);
	assert_int_equal(drill_batch_conclude(items, 4, &end), 3);
	assert_int_equal(answers[0].error, EPERM);
	assert_int_equal(answers[1].error, EACCES);
	assert_int_equal(answers[1].call, 7);
	assert_int_equal(answers[2].outcome, DRILL_SUCCEEDED);
}

static void who_cannot_say_it_does_not_go_on(void **state)
{
	const struct drill_attempt attempt = {.name = "a", .run = refused};

	(void)state;
	assert_false(drill_each(&attempt, "one", "", -1));
}

static void the_longest_answers_of_a_launch_are_read_whole(void **state)
{
	const struct drill_context context = {.call = INT_MIN, .layer = LAYER_COUNT - 1};
	char line[DRILL_LINE];
	struct drill_end end;

	(void)state;
	size_t length = drill_report(line, DRILL_NOT_APPLICABLE, &context) + strlen("4095");
	assert_true((length + strlen(DRILL_BEGUN)) * DRILL_BATCH <= sizeof(end.text));
}

static void who_waits_or_takes_all_or_is_replaced_is_alone(void **state)
{
	size_t count, together = 0;
	const struct drill_category *categories = drill_categories(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < *categories[i].count; j++) {
			const struct drill_attempt *row = &categories[i].attempts[j];

			if (row->replaces || row->kind == DRILL_INET || row->kind == DRILL_LIMIT ||
				row->kind == DRILL_LATE)
				assert_false(drill_together(row));
			together += drill_together(row);
		}
	assert_true(together > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_answers_are_told_apart),
		cmocka_unit_test(the_one_that_was_killed_is_the_last_that_began),
		cmocka_unit_test(what_gets_through_is_the_last_of_its_launch),
		cmocka_unit_test(what_one_process_says_of_each_is_read_as_such),
		cmocka_unit_test(who_cannot_say_it_does_not_go_on),
		cmocka_unit_test(the_longest_answers_of_a_launch_are_read_whole),
		cmocka_unit_test(who_waits_or_takes_all_or_is_replaced_is_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
