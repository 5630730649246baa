/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From bytes to nodes: what of YAML is not in the language, and what may not stand in a file. */

#include "policy/reader.h"
#include "judged.h"

static void every_value_is_text_until_its_key_says_otherwise(void **state)
{
	(void)state;
	const struct policy_service *web = judge_service(
		WEB "    environment: {A: yes, B: 0x10, C: 010, D: 1:30, E: 1_000, F: ~, G: null,\n"
		    "      H: true, I: 2026-11-25, J: 1e3, K: .inf, L: \"\", M: 0o17, N: off}\n");
	static const char *const values[] = {"yes", "0x10", "010", "1:30", "1_000", "~", "null",
		"true", "2026-11-25", "1e3", ".inf", "", "0o17", "off"};

	assert_int_equal(web->environment_count, 14);
	for (size_t i = 0; i < 14; i++)
		assert_string_equal(web->environment[i].value, values[i]);
}

static void what_yaml_has_and_the_language_has_not_is_refused(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{WEB "    files: &shared {read: [/srv]}\n",
			"shop.yaml:7:12: error: anchor '&shared'", "write the value again"},
		{WEB "    user: *me\n", "shop.yaml:7:11: error: alias '*me'", "\"*me\""},
		{WEB "    *me : x\n", "shop.yaml:7:5: error: alias '*me'", "\"*me\""},
		{WEB "    user: !!str web\n", "shop.yaml:7:11: error: tag '!!str'", "leave it out"},
		{WEB "    user: !mine web\n", "shop.yaml:7:11: error: tag '!mine'", "leave it out"},
		{WEB "    files: !!map {read: [/srv]}\n", "7:12: error: tag '!!map'", NULL},
		{WEB "    groups: !!set [a]\n", "7:13: error: tag '!!set'", NULL},
		{WEB "    <<: {user: web}\n", "shop.yaml:7:5: error: merge key '<<'", "-f"},
		{WEB "---\nbulkhead: 1\n", "shop.yaml:7:1: error: a second document", "include"},
		{"%YAML 1.1\n---\n" WEB, "shop.yaml:1:1: error: YAML directives", "begin with %"},
		{"%TAG ! tag:x,2000:\n---\n" WEB, "1:1: error: YAML directives", NULL},
		{WEB "    ? [a, b]\n    : c\n", "shop.yaml:7:7: error: a key must be a single word",
			"quote what begins with a bracket"},
		{WEB "    ? {a: b}\n    : c\n", "7:7: error: a key must be a single word", NULL},
	};

	EACH_IS_REFUSED(cases);
}

static void a_quoted_merge_key_is_only_an_unknown_key(void **state)
{
	(void)state;
	judge(WEB "    \"<<\": x\n");
	says("7:5: error: a service has no key '<<'");
}

static void what_should_have_been_quoted_is_said_with_the_word(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{WEB "    connects: [*.stripe.com:443]\n",
			"7:16: error: a word that begins with a star",
			"hint: write \"*.stripe.com:443\"\n"},
		{WEB "    connects:\n      - *.stripe.com:443\n", "8:9: error: a word that begins",
			"hint: write \"*.stripe.com:443\"\n"},
		{WEB "    connects: [{to: *.a.org:1, why: x}]\n", "7:21: error: a word that begins",
			"hint: write \"*.a.org:1\"\n"},
		{WEB "    connects: [*]\n", "7:16: error: a word that begins with a star",
			"hint: write \"*\"\n"},
		{WEB "    publishes: {443: [::]:443}\n",
			"7:22: error: an address in brackets must be",
			"hint: write \"[::]:443\"\n"},
		{WEB "    publishes: {443: [0.0.0.0:443, [::]:443]}\n",
			"7:36: error: an address in brackets must be quoted",
			"hint: write \"[::]:443\"\n"},
		{WEB "    publishes:\n      443: [::1]:443\n",
			"8:12: error: an address in brackets", "hint: write \"[::1]:443\"\n"},
		{WEB "    connects:\n      - [2001:db8::/32]:443\n", "8:9: error: an address in",
			"hint: write \"[2001:db8::/32]:443\"\n"},
		{WEB "    files: {read: [${app}/x]}\n", "7:20: error: a variable inside brackets",
			"hint: write \"${app}/x\"\n"},
		{WEB "    files: {read: [/srv/${app}/x, /b]}\n", "7:20: error: a variable inside",
			"hint: write \"/srv/${app}/x\"\n"},
		{WEB "    user: @web\n", "7:11: error: a word that begins like this must be quoted",
			"hint: write \"@web\"\n"},
		{WEB "    user: `web\n", "7:11: error: a word that begins like this", NULL},
	};

	EACH_IS_REFUSED(cases);
	judge(WEB "    publishes: {443: [0.0.0.0:443, [::]:443]}\n");
	says_errors(1);
}

static void quotes_and_comments_are_not_taken_for_the_slip(void **state)
{
	(void)state;
	judge(WEB "    environment: {A: \"\\\"*x\", B: 'it''s *y', C: don't}   # *.z: [::]:1\n"
		  "    user: [\n");
	says("not valid YAML");
	judge(WEB "    environment: {A: \"*x\", B: [}\n");
	says("not valid YAML");
}

static void a_key_given_twice_names_both_lines(void **state)
{
	(void)state;
	judge(WEB "    user: a\n    workdir: /\n    user: b\n");
	says("shop.yaml:9:5: error: 'user' is given twice\n");
	says("shop.yaml:7:5: first given here\n");
	judge("bulkhead: 1\nstack: shop\nservices: {}\nstack: shop\nservices: {}\n");
	says("4:1: error: 'stack' is given twice");
	says("5:1: error: 'services' is given twice");
	says("3:1: first given here");
}

static void among_many_keys_the_one_given_twice_is_found(void **state)
{
	char text[4096] = WEB "    environment:\n";

	(void)state;
	for (int i = 0; i < 100; i++)
		sprintf(text + strlen(text), "      V%d: x\n", i);
	strcat(text, "      V3: y\n");
	judge(text);
	says("shop.yaml:108:7: error: 'V3' is given twice");
	says("shop.yaml:11:7: first given here");
	says_errors(1);
}

static void bytes_that_are_no_text_are_refused_at_their_place(void **state)
{
	static const char zero[] = WEB "    user: a\0b\n";

	(void)state;
	static const struct refused cases[] = {
		{WEB "    user: \xff\xfe\n", "7:11: error: a byte that is not UTF-8 text", "UTF-8"},
		{WEB "    user: \xc3\n", "7:12: error: a byte that is not UTF-8 text", NULL},
		{WEB "    user: \xc0\x80\n", "7:11: error: a byte that is not UTF-8 text", NULL},
		{WEB "    user: \xed\xa0\x80\n", "7:11: error: a byte that is not UTF-8", NULL},
		{WEB "    user: a\x1b[2J\n", "7:12: error: a control character", NULL},
		{WEB "    user: a\rb\n", "7:12: error: a carriage return inside a line", NULL},
		{WEB "    user: a\xc2\x85"
		     "b\n",
			"7:12: error: the line break U+0085", NULL},
		{WEB "    user: a\xe2\x80\xa8\n", "7:12: error: the line break U+2028", NULL},
		{WEB "    user: a\xe2\x80\xa9\n", "7:12: error: the line break U+2029", NULL},
		{WEB "    user: a # \xe2\x80\xae\n", "7:15: error: the turn of direction U+202E",
			NULL},
		{WEB "    user: a # \xe2\x81\xa6\n", "7:15: error: the turn of direction U+2066",
			NULL},
		{WEB "    user: \"a\\0b\"\n", "7:11: error: a word must not hold a zero byte",
			NULL},
	};

	EACH_IS_REFUSED(cases);
	judge_bytes(zero, sizeof(zero) - 1);
	says("7:12: error: a zero byte must not stand in a policy");
}

static void lines_may_end_as_windows_ends_them_and_begin_with_its_mark(void **state)
{
	(void)state;
	const struct policy_service *web =
		judge_service("\xef\xbb\xbf"
			      "bulkhead: 1\r\nstack: shop\r\nservices:\r\n"
			      "  web: {role: bare, command: web,\r\n    user: www}\r\n");

	assert_string_equal(web->user.text, "www");
	assert_int_equal(web->user.where.line, 5);
	assert_int_equal(web->user.where.column, 11);
	judge("\xef\xbb\xbf"
	      "stack: shop\r\n");
	says("shop.yaml:1:1: error:");
	says("     1 | stack: shop\n");
}

static void a_tab_that_indents_is_named(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{"bulkhead: 1\nservices:\n\tweb: {}\n",
			"shop.yaml:3:1: error: a tab must not indent", "indent with spaces"},
		{"bulkhead: 1\nservices:\n  \tweb: {}\n", "shop.yaml:3:3: error: a tab must not",
			NULL},
	};

	EACH_IS_REFUSED(cases);
	/* Between words it is a space. */
	assert_string_equal(judge_service(WEB "    user:\t\twww\t# x\n")->user.text, "www");
}

static void places_count_bytes_and_carets_columns(void **state)
{
	(void)state;
	judge(WEB "    files: {read: [\"/s\u00f6me/\u65e5\u672c\", \"\u00fc/x\"]}\n");
	says("shop.yaml:7:37: error: '\u00fc/x' is not an absolute path\n"
	     "     7 |     files: {read: [\"/s\u00f6me/\u65e5\u672c\", \"\u00fc/x\"]}\n"
	     "       |                                  ^~~~~\n");
	judge(WEB "    user:\t'ro ot'\n");
	says("7:11: error: 'ro ot' is not a name\n"
	     "     7 |     user: 'ro ot'\n"
	     "       |           ^~~~~~~\n");
}

static void size_and_depth_are_capped(void **state)
{
	enum { LENGTH = POLICY_WORD_BYTES + 100 };
	static char text[LENGTH + 1000];

	(void)state;
	strcpy(text, "bulkhead: 1\nstack: ");
	memset(text + strlen(text), '[', POLICY_DEPTH + 5);
	judge(text);
	says("2:31: error: lists and maps stand more than 24 deep");
	memset(text, 0, sizeof(text));
	strcpy(text, WEB "    user: ");
	memset(text + strlen(text), 'a', LENGTH);
	judge(text);
	says("shop.yaml:7:11: error: a word of 131172 bytes is too long");
	/* As deep as it may be. */
	memset(text, 0, sizeof(text));
	strcpy(text, "bulkhead: 1\nstack: ");
	memset(text + strlen(text), '[', POLICY_DEPTH - 1);
	memset(text + strlen(text), ']', POLICY_DEPTH - 1);
	judge(text);
	says_nothing_of("deep inside");
}

static void a_file_of_something_else_gets_one_answer(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{"", "shop.yaml: error: the file is empty", NULL},
		{"# nothing\n", "shop.yaml: error: the file is empty", NULL},
		{"hello\n", "1:1: error: a policy is a map", NULL},
		{"- a\n", "1:1: error: a policy is a map", NULL},
		{"version: '3'\nservices: {web: {image: nginx}}\n",
			"1:1: error: the file does not say which version",
			"begin it with bulkhead: 1"},
		{"bulkhead: 2\nnew: key\n", "1:11: error: this program knows version 1", NULL},
		{"bulkhead: 01\n", "1:11: error: this program knows version 1", NULL},
		{"? [a]\n: b\n", "1:3: error: a key must be a single word", NULL},
		{"a: b\n  c: d\n", "2:4: error: not valid YAML",
			"quote a value that holds a colon"},
		{"a: [b\n", "error: not valid YAML", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		each_is_refused(&cases[i], 1);
		says_errors(1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_text_until_its_key_says_otherwise),
		cmocka_unit_test(what_yaml_has_and_the_language_has_not_is_refused),
		cmocka_unit_test(a_quoted_merge_key_is_only_an_unknown_key),
		cmocka_unit_test(what_should_have_been_quoted_is_said_with_the_word),
		cmocka_unit_test(quotes_and_comments_are_not_taken_for_the_slip),
		cmocka_unit_test(a_key_given_twice_names_both_lines),
		cmocka_unit_test(among_many_keys_the_one_given_twice_is_found),
		cmocka_unit_test(bytes_that_are_no_text_are_refused_at_their_place),
		cmocka_unit_test(lines_may_end_as_windows_ends_them_and_begin_with_its_mark),
		cmocka_unit_test(a_tab_that_indents_is_named),
		cmocka_unit_test(places_count_bytes_and_carets_columns),
		cmocka_unit_test(size_and_depth_are_capped),
		cmocka_unit_test(a_file_of_something_else_gets_one_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
