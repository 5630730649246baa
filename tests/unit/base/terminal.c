/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/terminal.h"

static void what_steers_a_terminal_is_shown_as_a_question_mark(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"plain", "plain"},
		{"a\tb", "a b"},
		{"\033[2J\a\177", "?[2J??"},
		{"\xc2\x9b"
		 "31m",
			"?31m"}, /* CSI as one character */
		{"\x9b"
		 "31m",
			"?31m"},       /* and as one byte */
		{"\xe2\x80\xae", "?"}, /* right to left from here */
		{"\xe2\x81\xa6", "?"},
		{"\xc0\x80\xff", "???"},      /* no UTF-8 */
		{"\xed\xa0\x80", "???"},      /* half a surrogate pair */
		{"\xf4\x90\x80\x80", "????"}, /* past the last character */
		{"\xe2\x80", "??"},           /* cut short */
		{"s\u00f6\u65e5\U0001f600", "s\u00f6\u65e5\U0001f600"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scoped(memory) char *shown = NULL;
		size_t length;
		FILE *out = open_memstream(&shown, &length);

		terminal_put(out, cases[i].text, strlen(cases[i].text));
		fclose(out);
		assert_string_equal(shown, cases[i].shown);
	}
}

static void json_keeps_what_a_terminal_must_not_see(void **state)
{
	static const char text[] = "a\t\"\\\033[2J\0\x9b s\u00f6\xe2\x80\xae\177";
	scoped(memory) char *shown = NULL;
	size_t length;
	FILE *out = open_memstream(&shown, &length);

	(void)state;
	terminal_put_json(out, text, sizeof(text) - 1);
	fclose(out);
	assert_string_equal(
		shown, "\"a\\u0009\\\"\\\\\\u001b[2J\\u0000\\ufffd s\u00f6\\u202e\\u007f\"");
}

static void columns_are_those_that_are_filled(void **state)
{
	(void)state;
	assert_int_equal(terminal_columns("abc", 3), 3);
	assert_int_equal(terminal_columns("\t\033\xff", 3), 3);
	assert_int_equal(terminal_columns("s\u00f6", 3), 2);
	assert_int_equal(terminal_columns("\u65e5\u672c", 6), 4);
	assert_int_equal(terminal_columns("e\u0301", 3), 1);
	assert_int_equal(terminal_columns("\U0001f600", 4), 2);
}

static char *report_of(const char *text, struct where where, unsigned width)
{
	scoped(arena) struct arena *arena = arena_new();
	struct report *report = report_new(arena);
	char *written = NULL;
	size_t length;
	FILE *out = open_memstream(&written, &length);

	report_source(report, "web.yaml", text, strlen(text));
	report_add(report, REPORT_ERROR, where, width, "wrong");
	report_write(report, out, false);
	fclose(out);
	return written;
}

static void a_caret_stands_below_what_it_means(void **state)
{
	(void)state;
	scoped(memory) char *written =
		report_of("\t\u00e9\u65e5: \u00fc\u00fc x\n", (struct where){"web.yaml", 1, 9}, 4);

	assert_string_equal(written, "web.yaml:1:9: error: wrong\n"
				     "     1 |  \u00e9\u65e5: \u00fc\u00fc x\n"
				     "       |       ^~\n");
}

/* It may come from who has no rights. */
static void the_name_of_a_file_steers_nothing(void **state)
{
	(void)state;
	scoped(memory) char *written = report_of("", (struct where){"a\033[2J.yaml", 3, 1}, 0);

	assert_string_equal(written, "a?[2J.yaml:3:1: error: wrong\n");
}

static void of_a_long_line_the_part_around_the_caret_is_shown(void **state)
{
	char text[2000];
	const char *line;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 1000, "HERE", 4);
	text[sizeof(text) - 1] = '\0';
	scoped(memory) char *written = report_of(text, (struct where){"web.yaml", 1, 1001}, 4);
	line = strchr(written, '|');
	assert_non_null(line);
	assert_true(strchr(line, '\n') - line < 200);
	const char *here = strstr(line, "HERE"), *caret = strstr(line, "^~~~\n");
	assert_true(here && caret);
	/* The mark of the cut is three bytes and one column. */
	assert_int_equal(here - line - 2, caret - strrchr(written, '|'));
}

static void a_place_past_the_text_is_no_harm(void **state)
{
	(void)state;
	scoped(memory) char *past = report_of("a\n", (struct where){"web.yaml", 9, 9}, 4);
	assert_string_equal(past, "web.yaml:9:9: error: wrong\n");
	scoped(memory) char *wide = report_of("ab", (struct where){"web.yaml", 1, 70}, 70);
	assert_string_equal(wide, "web.yaml:1:70: error: wrong\n     1 | ab\n       |   ^\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_steers_a_terminal_is_shown_as_a_question_mark),
		cmocka_unit_test(json_keeps_what_a_terminal_must_not_see),
		cmocka_unit_test(columns_are_those_that_are_filled),
		cmocka_unit_test(a_caret_stands_below_what_it_means),
		cmocka_unit_test(the_name_of_a_file_steers_nothing),
		cmocka_unit_test(of_a_long_line_the_part_around_the_caret_is_shown),
		cmocka_unit_test(a_place_past_the_text_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
