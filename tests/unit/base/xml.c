/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xml.h"

static void assert_written(const char *text, const char *expected)
{
	char *written = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&written, &length);

	assert_non_null(out);
	xml_text(out, text);
	fclose(out);
	assert_string_equal(written, expected);
	free(written);
}

static void what_has_a_meaning_is_written_by_name(void **state)
{
	(void)state;
	assert_written("a<b> & \"c\"", "a&lt;b&gt; &amp; &quot;c&quot;");
	assert_written("]]>", "]]&gt;");
}

static void line_ends_and_tabs_stay(void **state)
{
	(void)state;
	assert_written("a\tb\nc\rd", "a&#9;b&#10;c&#13;d");
}

static void control_characters_have_no_form(void **state)
{
	(void)state;
	assert_written("\033[31m", "\xef\xbf\xbd[31m");
	assert_written("\001\037\177", "\xef\xbf\xbd\xef\xbf\xbd\177");
}

static void characters_of_any_language_stay(void **state)
{
	(void)state;
	assert_written("käse", "käse");
	assert_written("\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80");
}

static void bytes_that_are_no_character_are_replaced_one_by_one(void **state)
{
	(void)state;
	assert_written("\xff", "\xef\xbf\xbd");
	/* Cut off, overlong, a surrogate, beyond the last. */
	assert_written("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_written("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_written("\xed\xa0\x80", "\xef\xbf\xbd");
	assert_written("\xf4\x90\x80\x80", "\xef\xbf\xbd");
	/* No characters of Unicode's. */
	assert_written("\xef\xbf\xbe", "\xef\xbf\xbd");
}

static void an_attribute_is_quoted(void **state)
{
	char *written = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&written, &length);

	(void)state;
	assert_non_null(out);
	xml_attribute(out, "name", "a\"b");
	fclose(out);
	assert_string_equal(written, " name=\"a&quot;b\"");
	free(written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_a_meaning_is_written_by_name),
		cmocka_unit_test(line_ends_and_tabs_stay),
		cmocka_unit_test(control_characters_have_no_form),
		cmocka_unit_test(characters_of_any_language_stay),
		cmocka_unit_test(bytes_that_are_no_character_are_replaced_one_by_one),
		cmocka_unit_test(an_attribute_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
