/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/syntax.h"

#include <string.h>
#include <yaml.h>

#include "base/report.h"
#include "policy/reading.h"

/* Characters that end a line for YAML and not for any editor or message: refused. */
static const struct {
	const char *bytes, *name;
} odd_breaks[] = {
	{"\xc2\x85", "U+0085"},
	{"\xe2\x80\xa8", "U+2028"},
	{"\xe2\x80\xa9", "U+2029"},
};

static void refuse_byte(struct policy_text_source *source, struct policy_reading *reading,
	const char *at, const char *name)
{
	unsigned line = 1;
	const char *start = source->text;

	for (const char *next; (next = memchr(start, '\n', (size_t)(at - start))); start = next + 1)
		line++;
	report_hint(reading->report,
		policy_error_at(reading,
			(struct where){source->file, line, (unsigned)(at - start) + 1}, 1,
			"%s must not stand in a policy", name),
		"lines end with a line feed; text is UTF-8");
}

bool policy_source_open(struct policy_text_source *source, struct policy_reading *reading,
	const char *file, const char *text, size_t length)
{
	*source = (struct policy_text_source){.file = file, .text = text, .length = length};
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		source->text += 3;
		source->length -= 3;
	}
	report_source(reading->report, file, source->text, source->length);
	const char *end = source->text + source->length;
	unsigned char high = 0;
	for (const char *at = source->text; at < end; at++)
		high |= (unsigned char)*at;
	source->ascii = high < 0x80;
	for (const char *at = source->text; (at = memchr(at, '\r', (size_t)(end - at))); at++) {
		if (at + 1 == end || at[1] != '\n') {
			refuse_byte(source, reading, at, "a carriage return inside a line");
			return false;
		}
	}
	for (size_t i = 0; !source->ascii && i < sizeof(odd_breaks) / sizeof(odd_breaks[0]); i++) {
		const char *at = memmem(source->text, source->length, odd_breaks[i].bytes,
			strlen(odd_breaks[i].bytes));
		if (at) {
			refuse_byte(source, reading, at, odd_breaks[i].name);
			return false;
		}
	}
	return true;
}

/* Places are asked for in the order of the text, but for a step or two back. */
static void go_to_line(struct policy_text_source *source, size_t line)
{
	const char *end = source->text + source->length;

	if (line < source->line)
		source->line = source->start = 0;
	while (source->line < line) {
		const char *at = source->text + source->start;
		const char *next = memchr(at, '\n', (size_t)(end - at));
		if (!next)
			break;
		source->start = (size_t)(next + 1 - source->text);
		source->line++;
	}
}

struct where policy_source_place(struct policy_text_source *source, size_t line, size_t column)
{
	struct where where = {source->file, (unsigned)line + 1, (unsigned)column + 1};

	if (source->ascii)
		return where;
	go_to_line(source, line);
	const char *at = source->text + source->start, *end = source->text + source->length;
	const char *start = at;
	for (size_t i = 0; i < column && at < end; i++)
		for (at++; at < end && ((unsigned char)*at & 0xc0) == 0x80; at++)
			;
	where.column = (unsigned)(at - start) + 1;
	return where;
}

static bool before_word(char byte)
{
	return byte == ' ' || byte == '[' || byte == '{' || byte == ',' || byte == '\t';
}

/* "[::]:443", "[2001:db8::/32]:443": brackets with only an address in them, then a colon. */
static size_t bracket_address(const char *at, size_t left)
{
	size_t length = 1;

	while (length < left && strchr("0123456789abcdefABCDEF:./", at[length]) && at[length])
		length++;
	if (length + 1 < left && at[length] == ']' && at[length + 1] == ':' &&
		memchr(at, ':', length))
		return length + 1;
	return 0;
}

/* What people write unquoted that YAML takes for something else. */
static size_t find_unquoted(const char *line, size_t length, size_t *width, const char **what)
{
	char quote = 0;

	for (size_t i = 0; i < length; i++) {
		size_t left = length - i;
		bool first = i == 0 || before_word(line[i - 1]);

		if (quote || line[i] == '"' || line[i] == '\'') {
			quote = !quote ? line[i] : line[i] == quote ? 0 : quote;
			continue;
		}
		if (line[i] == '#' && first)
			break;
		*width = strcspn(line + i, " ,]}\n\r");
		if (first && left > 1 && line[i] == '*' &&
			(line[i + 1] == '.' || line[i + 1] == ':')) {
			*what = "a name that begins with a star";
			return i;
		}
		if (first && line[i] == '[' && bracket_address(line + i, left)) {
			*width = bracket_address(line + i, left);
			*width += strcspn(line + i + *width, " ,]}\n\r");
			*what = "an address in brackets";
			return i;
		}
		if (left > 2 && line[i] == '$' && line[i + 1] == '{' &&
			memchr(line + i, '}', left)) {
			*width = (size_t)((const char *)memchr(line + i, '}', left) - line) - i + 1;
			*what = "a variable inside brackets";
			return i;
		}
		if (first && (line[i] == '@' || line[i] == '`' || line[i] == '%')) {
			*what = "a word that begins like this";
			return i;
		}
	}
	return length;
}

/* Look for the usual slip on @line (from 0).  True when it was found and reported. */
static bool explain_line(
	struct policy_reading *reading, struct policy_text_source *source, size_t line)
{
	go_to_line(source, line);
	const char *start = source->text + source->start;
	size_t room = source->length - source->start, width = 1;
	const char *stop = memchr(start, '\n', room), *what = NULL;
	size_t length = stop ? (size_t)(stop - start) : room;

	if (source->line != line)
		return false;
	size_t at = find_unquoted(start, length, &width, &what);
	if (at == length)
		return false;
	if (width > length - at)
		width = length - at;
	struct where where = {source->file, (unsigned)line + 1, (unsigned)at + 1};
	report_hint(reading->report,
		policy_error_at(reading, where, (unsigned)width, "%s must be quoted", what),
		"write \"%.*s\"", (int)width, start + at);
	return true;
}

void policy_syntax_error(struct policy_reading *reading, struct policy_text_source *source,
	const struct yaml_parser_s *parser)
{
	const char *problem = parser->problem ? parser->problem : "it cannot be read";
	size_t line = parser->problem_mark.line;

	if (parser->error == YAML_READER_ERROR) {
		size_t offset =
			parser->problem_offset < source->length ? parser->problem_offset : 0;
		refuse_byte(
			source, reading, source->text + offset, "a byte that is not UTF-8 text");
		return;
	}
	if (explain_line(reading, source, line) ||
		(parser->context && parser->context_mark.line != line &&
			explain_line(reading, source, parser->context_mark.line)))
		return;
	struct where where = policy_source_place(source, line, parser->problem_mark.column);
	struct report_entry *entry =
		policy_error_at(reading, where, 1, "not valid YAML: %s", problem);
	if (strstr(problem, "cannot start any token"))
		report_hint(reading->report, entry,
			"indent with spaces, and quote words that begin with a special character");
	else if (strstr(problem, "mapping values are not allowed"))
		report_hint(reading->report, entry,
			"quote a value that holds a colon and a space, or check the indentation");
	else if (parser->context && parser->context_mark.line != line)
		report_other(entry,
			policy_source_place(
				source, parser->context_mark.line, parser->context_mark.column),
			policy_copy(reading, parser->context));
}
