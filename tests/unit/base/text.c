/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/scoped.h"
#include "base/text.h"

static void a_near_name_is_suggested_and_a_far_one_is_not(void **state)
{
	(void)state;
	static const char *const names[] = {"connects", "command", "capabilities", "user"};

	assert_string_equal(text_nearest("conects", names, 4), "connects");
	assert_string_equal(text_nearest("comamnd", names, 4), "command");
	assert_string_equal(text_nearest("usr", names, 4), "user");
	assert_null(text_nearest("zzzzzz", names, 4));
	assert_null(text_nearest("", names, 4));
	assert_null(text_nearest("foo", (const char *const[]){"job", "fop-x"}, 2));
}

static void capitals_and_a_beginning_are_near(void **state)
{
	(void)state;
	static const char *const names[] = {
		"CAP_SETGID", "CAP_NET_BIND_SERVICE", "CAP_CHOWN", "CAP_NET_RAW"};

	assert_string_equal(text_nearest("CAP_NET_BIND", names, 4), "CAP_NET_BIND_SERVICE");
	assert_string_equal(text_nearest("cap_chown", names, 4), "CAP_CHOWN");
	assert_string_equal(text_nearest("cap_net_rew", names, 4), "CAP_NET_RAW");
	assert_null(text_nearest("CAP", names, 4));
}

static void numbers_are_whole_and_bounded(void **state)
{
	(void)state;
	uint64_t number = 7;

	assert_true(text_number("65535", 65535, &number));
	assert_true(number == 65535);
	assert_true(text_number("18446744073709551615", UINT64_MAX, &number));
	assert_true(number == UINT64_MAX);
	assert_false(text_number("65536", 65535, &number));
	assert_false(text_number("18446744073709551616", UINT64_MAX, &number));
	assert_false(text_number("-1", 65535, &number));
	assert_false(text_number("+1", 65535, &number));
	assert_false(text_number("1:30", 65535, &number));
	assert_false(text_number("0x10", 65535, &number));
	assert_false(text_number("", 65535, &number));
}

static void a_path_is_within_a_folder_only_at_a_slash(void **state)
{
	(void)state;
	assert_true(text_path_within("/srv/shop", "/srv/shop"));
	assert_true(text_path_within("/srv/shop/app", "/srv/shop"));
	assert_true(text_path_within("/srv/shop/app", "/srv/shop/"));
	assert_true(text_path_within("/srv", "/"));
	assert_false(text_path_within("/srv/shop2", "/srv/shop"));
	assert_false(text_path_within("/srv", "/srv/shop"));
}

static char *written(const struct report *report)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	report_write(report, out, false);
	fclose(out);
	return text;
}

static void a_report_shows_the_line_the_caret_and_the_hint(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	struct report *report = report_new(arena);
	const char *policy = "a: 1\nb: [CAP_NET_BIND]\n";

	report_source(report, "web.yaml", policy, strlen(policy));
	struct report_entry *entry = report_add(report, REPORT_ERROR,
		(struct where){"web.yaml", 2, 5}, 12, "unknown capability 'CAP_NET_BIND'");
	report_hint(report, entry, "did you mean CAP_NET_BIND_SERVICE?");
	report_other(entry, (struct where){"web.yaml", 1, 1}, "first given here");
	scoped(memory) char *text = written(report);
	assert_string_equal(text, "web.yaml:2:5: error: unknown capability 'CAP_NET_BIND'\n"
				  "     2 | b: [CAP_NET_BIND]\n"
				  "       |     ^~~~~~~~~~~~\n"
				  "web.yaml:1:1: first given here\n"
				  "     1 | a: 1\n"
				  "       | ^\n"
				  "hint: did you mean CAP_NET_BIND_SERVICE?\n");
}

static void a_report_never_passes_control_bytes_to_a_terminal(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	struct report *report = report_new(arena);
	const char *policy = "a: \033]0;owned\007\n";

	report_source(report, "web.yaml", policy, strlen(policy));
	report_add(report, REPORT_ERROR, (struct where){"web.yaml", 1, 4}, 0, "bad '\033[2J'");
	scoped(memory) char *text = written(report);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\007'));
}

static void entries_are_written_by_place(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	struct report *report = report_new(arena);

	report_source(report, "a.yaml", "x\ny\n", 4);
	report_add(report, REPORT_ERROR, (struct where){"a.yaml", 2, 1}, 0, "second");
	report_add(report, REPORT_WARNING, (struct where){"a.yaml", 1, 1}, 0, "first");
	scoped(memory) char *text = written(report);
	assert_true(strstr(text, "first") < strstr(text, "second"));
	assert_int_equal(report_count(report, REPORT_ERROR), 1);
}

static void appended_items_keep_their_order_and_value(void **state)
{
	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	unsigned *items = NULL;
	size_t count = 0;

	for (unsigned i = 0; i < 1000; i++)
		*(unsigned *)arena_append(arena, &items, &count, sizeof(*items)) = i;
	assert_int_equal(count, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

/* One grows where it lies as long as it is the newest; what comes after it is never overrun. */
static void lists_that_grow_by_turns_keep_apart(void **state)
{
	struct item {
		unsigned char bytes[24];
	} * lists[3] = {0};
	size_t counts[3] = {0};

	(void)state;
	scoped(arena) struct arena *arena = arena_new();
	for (unsigned i = 0; i < 3000; i++) {
		/* Long runs of one, then of another. */
		unsigned which = i / 40 % 3;
		struct item *item =
			arena_append(arena, &lists[which], &counts[which], sizeof(*item));

		for (size_t j = 0; j < sizeof(item->bytes); j++)
			assert_int_equal(item->bytes[j], 0);
		memset(item->bytes, (int)(which + 1), sizeof(item->bytes));
		if (i % 7 == 0)
			memset(arena_alloc(arena, 8), 0xff, 8);
	}
	for (unsigned i = 0; i < 3; i++)
		for (size_t j = 0; j < counts[i]; j++)
			for (size_t k = 0; k < sizeof(lists[i][j].bytes); k++)
				assert_int_equal(lists[i][j].bytes[k], i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_near_name_is_suggested_and_a_far_one_is_not),
		cmocka_unit_test(capitals_and_a_beginning_are_near),
		cmocka_unit_test(numbers_are_whole_and_bounded),
		cmocka_unit_test(a_path_is_within_a_folder_only_at_a_slash),
		cmocka_unit_test(a_report_shows_the_line_the_caret_and_the_hint),
		cmocka_unit_test(a_report_never_passes_control_bytes_to_a_terminal),
		cmocka_unit_test(entries_are_written_by_place),
		cmocka_unit_test(appended_items_keep_their_order_and_value),
		cmocka_unit_test(lists_that_grow_by_turns_keep_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
