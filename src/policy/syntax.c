/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/syntax.h"

#include <string.h>
#include <yaml.h>

#include "base/report.h"
#include "policy/reading.h"

/*
 * Characters that end a line for YAML and not for any editor or message, and those
 * that make a reviewer see the text in another order than it is read: refused.
 */
static const struct {
	const char *bytes, *name;
} odd_characters[] = {
	{"\xc2\x85", "the line break U+0085"},
	{"\xe2\x80\xa8", "the line break U+2028"},
	{"\xe2\x80\xa9", "the line break U+2029"},
	{"\xe2\x80\xaa", "the turn of direction U+202A"},
	{"\xe2\x80\xab", "the turn of direction U+202B"},
	{"\xe2\x80\xac", "the turn of direction U+202C"},
	{"\xe2\x80\xad", "the turn of direction U+202D"},
	{"\xe2\x80\xae", "the turn of direction U+202E"},
	{"\xe2\x81\xa6", "the turn of direction U+2066"},
	{"\xe2\x81\xa7", "the turn of direction U+2067"},
	{"\xe2\x81\xa8", "the turn of direction U+2068"},
	{"\xe2\x81\xa9", "the turn of direction U+2069"},
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
		"lines end with a line feed; text is UTF-8 without control characters");
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
	for (size_t i = 0; !source->ascii && i < sizeof(odd_characters) / sizeof(odd_characters[0]);
		i++) {
		const char *at = memmem(source->text, source->length, odd_characters[i].bytes,
			strlen(odd_characters[i].bytes));
		if (at) {
			refuse_byte(source, reading, at, odd_characters[i].name);
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

/* A word that should have stood in quotes. */
struct slip {
	size_t start, width;
	const char *what;
};

static bool after_word(char byte)
{
	return byte == ' ' || byte == ',' || byte == ']' || byte == '}' || byte == '\r';
}

static size_t word_end(const char *line, size_t length, size_t at)
{
	while (at < length && !after_word(line[at]))
		at++;
	return at;
}

/* Is there one at @at?  @first: a word begins here. */
static bool slip_at(
	const char *line, size_t length, size_t at, bool first, size_t word, struct slip *slip)
{
	size_t left = length - at;
	const char *close;

	size_t end = word_end(line, length, at);

	*slip = (struct slip){.start = at};
	if (first && line[at] == '*') {
		slip->what = "a word that begins with a star";
	} else if (first && line[at] == '[' && bracket_address(line + at, left)) {
		end = word_end(line, length, at + bracket_address(line + at, left));
		slip->what = "an address in brackets";
	} else if (left > 2 && line[at] == '$' && line[at + 1] == '{' &&
		   (close = memchr(line + at, '}', left))) {
		slip->start = word;
		end = word_end(line, length, (size_t)(close - line) + 1);
		slip->what = "a variable inside brackets";
	} else if (first && (line[at] == '@' || line[at] == '`' || line[at] == '%')) {
		slip->what = "a word that begins like this";
	}
	slip->width = end - slip->start;
	return slip->what;
}

static bool find_slip(const char *line, size_t length, struct slip *slip)
{
	size_t word = 0;
	char quote = 0;

	for (size_t at = 0; at < length; at++) {
		bool first = at == 0 || before_word(line[at - 1]);

		if (quote || ((line[at] == '"' || line[at] == '\'') && first)) {
			if (quote == '"' && line[at] == '\\' && at + 1 < length) {
				at++;
				continue;
			}
			quote = !quote ? line[at] : line[at] == quote ? 0 : quote;
			continue;
		}
		if (first)
			word = at;
		if (line[at] == '#' && first)
			return false;
		if (slip_at(line, length, at, first, word, slip))
			return true;
	}
	return false;
}

bool policy_syntax_unquoted(
	struct policy_reading *reading, struct policy_text_source *source, size_t line)
{
	struct slip slip;

	if (source->explained == line + 1)
		return true;
	go_to_line(source, line);
	const char *start = source->text + source->start;
	size_t room = source->length - source->start;
	const char *stop = memchr(start, '\n', room);
	size_t length = stop ? (size_t)(stop - start) : room;

	if (source->line != line || !find_slip(start, length, &slip))
		return false;
	source->explained = line + 1;
	struct where where = {source->file, (unsigned)line + 1, (unsigned)slip.start + 1};
	report_hint(reading->report,
		policy_error_at(
			reading, where, (unsigned)slip.width, "%s must be quoted", slip.what),
		"write \"%.*s\"", (int)slip.width, start + slip.start);
	return true;
}

/* Does @line (from 0) begin with a tab, perhaps after spaces? */
static bool tab_indents(struct policy_text_source *source, size_t line, size_t *column)
{
	go_to_line(source, line);
	const char *start = source->text + source->start;
	size_t room = source->length - source->start;

	*column = 0;
	while (*column < room && start[*column] == ' ')
		++*column;
	return source->line == line && *column < room && start[*column] == '\t';
}

void policy_syntax_error(struct policy_reading *reading, struct policy_text_source *source,
	const struct yaml_parser_s *parser)
{
	const char *problem = parser->problem ? parser->problem : "it cannot be read";
	size_t line = parser->problem_mark.line;

	if (parser->error == YAML_READER_ERROR) {
		size_t offset =
			parser->problem_offset < source->length ? parser->problem_offset : 0;
		bool control = strstr(problem, "control character");
		refuse_byte(source, reading, source->text + offset,
			!control               ? "a byte that is not UTF-8 text"
			: source->text[offset] ? "a control character"
					       : "a zero byte");
		return;
	}
	size_t column;
	if (tab_indents(source, line, &column)) {
		report_hint(reading->report,
			policy_error_at(reading,
				(struct where){
					source->file, (unsigned)line + 1, (unsigned)column + 1},
				1, "a tab must not indent"),
			"indent with spaces");
		return;
	}
	if (policy_syntax_unquoted(reading, source, line) ||
		(parser->context && parser->context_mark.line != line &&
			policy_syntax_unquoted(reading, source, parser->context_mark.line)))
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
