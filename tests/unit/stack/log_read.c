/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/log_read.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "scratch.h"
#include "stack/init_log.h"

static int root;

static int make_root(void **state)
{
	int error = scratch_make(state);

	root = error ? -1 : open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -1 : 0;
}

static int remove_root(void **state)
{
	close(root);
	return scratch_remove(state);
}

static void put(const char *name, const char *text)
{
	scoped(fd) int file = openat(root, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	assert_int_equal(descriptor_write(file, text, strlen(text)), 0);
}

/* As the init does it. */
static void rotate(void)
{
	static const char *const names[] = {"log.4", "log.3", "log.2", "log.1", "log"};

	for (size_t i = 1; i < 5; i++)
		renameat(root, names[i], root, names[i - 1]);
}

static struct stack_log_reader *begin(size_t lines)
{
	static struct stack_log_reader reader;

	stack_log_open(&reader, dup(root), "log", lines);
	return &reader;
}

/* All that is there now, each line with a '|' behind it. */
static const char *all(struct stack_log_reader *reader)
{
	static char text[65536];
	const char *line;
	size_t length, at = 0;

	while (stack_log_next(reader, &line, &length))
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%.*s|", (int)length, line);
	text[at] = '\0';
	return text;
}

static const struct {
	const char *older, *newer;
	size_t lines;
	const char *shown;
} ends[] = {
	{NULL, "one\ntwo\nthree\n", 2, "two|three|"},
	{NULL, "one\ntwo\nthree\n", 3, "one|two|three|"},
	{NULL, "one\ntwo\nthree\n", 9, "one|two|three|"},
	{NULL, "one\ntwo\n", 0, ""},
	{NULL, "\n\n\n", 2, "||"},
	{"one\ntwo\n", "three\n", 2, "two|three|"},
	{"one\ntwo\n", "", 1, "two|"},
	{"one\ntw", "o\nthree\n", 2, "two|three|"},
	{"one\ntw", "o\nthree\n", 3, "one|two|three|"},
	{"one\n", NULL, 1, "one|"},
	{"one\ntwo\n", "three\n", 1, "three|"},
};

static void the_last_lines_are_found_across_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends[i].older)
			put("log.1", ends[i].older);
		if (ends[i].newer)
			put("log", ends[i].newer);
		struct stack_log_reader *reader = begin(ends[i].lines);
		const char *text = all(reader);
		if (strcmp(text, ends[i].shown) != 0)
			fail_msg("row %zu: '%s'", i, text);
		stack_log_close(reader);
		unlinkat(root, "log", 0);
		unlinkat(root, "log.1", 0);
	}
}

static void lines_far_back_are_found(void **state)
{
	static char line[3000];

	(void)state;
	memset(line, 'x', sizeof(line) - 2);
	line[sizeof(line) - 2] = '\n';
	put("log", "first\n");
	for (int i = 0; i < 20; i++)
		put("log", line);
	struct stack_log_reader *reader = begin(21);
	assert_memory_equal(all(reader), "first|xxx", 9);
	stack_log_close(reader);
}

static void what_is_written_later_follows(void **state)
{
	struct stack_log_reader *reader;
	const char *line;
	size_t length;

	(void)state;
	put("log", "one\n");
	reader = begin(1);
	assert_string_equal(all(reader), "one|");
	put("log", "tw");
	assert_string_equal(all(reader), "");
	put("log", "o\nthree\nfo");
	assert_string_equal(all(reader), "two|three|");
	/* Also what came last into the old file, and a line that goes on in the new one. */
	put("log", "u");
	rotate();
	put("log", "r\nfive\n");
	assert_string_equal(all(reader), "four|five|");
	rotate();
	assert_string_equal(all(reader), "");
	put("log", "six\n");
	rotate();
	put("log", "seven\n");
	rotate();
	put("log", "eight\nni");
	assert_string_equal(all(reader), "six|seven|eight|");
	assert_false(reader->lost);
	assert_true(stack_log_rest(reader, &line, &length));
	assert_int_equal(length, 2);
	assert_memory_equal(line, "ni", 2);
	assert_false(stack_log_rest(reader, &line, &length));
	stack_log_close(reader);
}

static void a_log_that_is_not_there_yet_is_waited_for(void **state)
{
	struct stack_log_reader *reader = begin(10);

	(void)state;
	assert_string_equal(all(reader), "");
	put("log", "one\n");
	assert_string_equal(all(reader), "one|");
	assert_false(reader->lost);
	stack_log_close(reader);
}

/* Later than all that was written before: times of files are coarse. */
static void set_time(const char *name, int later)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += later;
	const struct timespec times[2] = {now, now};
	assert_int_equal(utimensat(root, name, times, 0), 0);
}

static void what_went_before_it_was_read_is_told(void **state)
{
	struct stack_log_reader *reader;

	(void)state;
	put("log", "one\n");
	reader = begin(10);
	assert_string_equal(all(reader), "one|");
	for (int i = 0; i < 6; i++) {
		char text[16];

		rotate();
		snprintf(text, sizeof(text), "new %d\n", i);
		put("log", text);
		set_time("log", i + 1);
	}
	assert_string_equal(all(reader), "new 1|new 2|new 3|new 4|new 5|");
	assert_true(reader->lost);
	stack_log_close(reader);
}

/* Rotation of another kind, by an administrator. */
static void a_log_that_is_taken_away_or_cut_begins_anew(void **state)
{
	struct stack_log_reader *reader;

	(void)state;
	put("log.1", "older\n");
	put("log", "one\n");
	set_time("log.1", -100);
	reader = begin(1);
	assert_string_equal(all(reader), "one|");
	unlinkat(root, "log", 0);
	assert_string_equal(all(reader), "");
	put("log", "two\n");
	set_time("log", 1);
	assert_string_equal(all(reader), "two|");
	assert_false(reader->lost);
	assert_int_equal(truncate(scratch_path("log"), 0), 0);
	put("log", "3\n");
	assert_string_equal(all(reader), "3|");
	stack_log_close(reader);
}

static void a_line_without_end_comes_in_parts(void **state)
{
	static char endless[STACK_LOG_LINE * 2 + 11];
	struct stack_log_reader *reader = begin(10);
	const char *line;
	size_t length;

	(void)state;
	memset(endless, 'a', sizeof(endless) - 1);
	put("log", endless);
	put("log", "\nend\n");
	for (int i = 0; i < 2; i++) {
		assert_true(stack_log_next(reader, &line, &length));
		assert_int_equal(length, STACK_LOG_LINE);
	}
	assert_true(stack_log_next(reader, &line, &length));
	assert_int_equal(length, 10);
	assert_string_equal(all(reader), "end|");
	stack_log_close(reader);
}

/* A service that took its init over writes into this folder. */
static void nothing_but_a_plain_file_is_opened(void **state)
{
	struct stack_log_reader *reader;

	(void)state;
	put("other", "secret\n");
	assert_int_equal(symlinkat("other", root, "log"), 0);
	assert_int_equal(mkfifoat(root, "log.1", 0600), 0);
	reader = begin(10);
	assert_string_equal(all(reader), "");
	stack_log_close(reader);
}

/* Every line once and in order, whenever the reader looks. */
static void a_log_of_our_init_is_followed_whole(void **state)
{
	struct stack_init_log log;
	struct stack_log_reader *reader;
	static char filler[900000];
	int read_lines = 0;
	const char *line;
	size_t length;

	(void)state;
	memset(filler, 'f', sizeof(filler));
	stack_init_log_open(&log, root);
	reader = begin(10);
	for (int i = 0; i < 60; i++) {
		char text[32];

		stack_init_log_write(&log, filler, i % 3 ? sizeof(filler) : 7);
		snprintf(text, sizeof(text), "\nline %d\n", i);
		stack_init_log_write(&log, text, strlen(text));
		while (i % 7 == 0 && stack_log_next(reader, &line, &length)) {
			if (length < 5 || memcmp(line, "line ", 5) != 0)
				continue;
			assert_int_equal(atoi(line + 5), read_lines);
			read_lines++;
		}
	}
	assert_int_equal(read_lines, 57);
	assert_false(reader->lost);
	close(log.file);
	stack_log_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_last_lines_are_found_across_files, make_root, remove_root),
		cmocka_unit_test_setup_teardown(lines_far_back_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			what_is_written_later_follows, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			a_log_that_is_not_there_yet_is_waited_for, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			what_went_before_it_was_read_is_told, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			a_log_that_is_taken_away_or_cut_begins_anew, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			a_line_without_end_comes_in_parts, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			nothing_but_a_plain_file_is_opened, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			a_log_of_our_init_is_followed_whole, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
