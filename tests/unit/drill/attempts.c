/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drill/attempt.h"
#include "drill/report.h"

enum { LEAST_ATTEMPTS = 60, LEAST_IN_CATEGORY = 3 };

static void no_category_has_fewer_than_three_attempts(void **state)
{
	size_t count, all = 0;
	const struct drill_category *categories = drill_categories(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(*categories[i].count >= LEAST_IN_CATEGORY);
		all += *categories[i].count;
	}
	assert_true(all >= LEAST_ATTEMPTS);
}

static void every_attempt_is_found_by_its_name_and_says_what_it_does(void **state)
{
	size_t count;
	const struct drill_category *categories = drill_categories(&count), *of;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(*categories[i].sentence);
		for (size_t j = 0; j < *categories[i].count; j++) {
			const struct drill_attempt *row = &categories[i].attempts[j];
			/* A second row of the same name would be found in place of this one. */
			assert_ptr_equal(drill_attempt(row->name, &of), row);
			assert_ptr_equal(of, &categories[i]);
			assert_true(*row->sentence);
			assert_non_null(row->run);
			assert_true(row->need < DRILL_NEED_COUNT);
			assert_true(row->expected < LAYER_COUNT);
		}
	}
	assert_null(drill_attempt("no-such-attempt", NULL));
}

static void a_report_reads_back_as_it_was_written(void **state)
{
	static const int results[] = {0, -1, -3999, DRILL_NOT_APPLICABLE};
	static const enum drill_outcome outcomes[] = {
		DRILL_SUCCEEDED, DRILL_REFUSED, DRILL_REFUSED, DRILL_SKIPPED};
	char line[DRILL_LINE];
	struct drill_answer answer;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct drill_context context = {.call = 0x40000208, .layer = LAYER_VIEW};
		size_t length = drill_report(line, results[i], &context);
		assert_true(drill_answer(line, length, &answer));
		assert_int_equal(answer.outcome, outcomes[i]);
		assert_int_equal(answer.error, results[i] < 0 ? -results[i] : 0);
		assert_int_equal(answer.call, 0x40000208);
		assert_int_equal(answer.layer, LAYER_VIEW);
	}
}

static void what_is_no_report_is_not_taken_for_one(void **state)
{
	static const char *const lines[] = {"", "\n", "refused\n", "refused 1 2\n",
		"refused 1 2 -1", "refused 1 2 99\n", "refused 5000 2 -1\n",
		"refused 1 2 -1\nsucceeded 0 0 -1\n", "hello 1 2 3\n"};
	struct drill_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(drill_answer(lines[i], strlen(lines[i]), &answer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_category_has_fewer_than_three_attempts),
		cmocka_unit_test(every_attempt_is_found_by_its_name_and_says_what_it_does),
		cmocka_unit_test(a_report_reads_back_as_it_was_written),
		cmocka_unit_test(what_is_no_report_is_not_taken_for_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
