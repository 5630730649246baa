/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/terminal.h"

struct source {
	const char *file, *text;
	size_t length;
	unsigned line; /* where the last look-up was: entries are written by place */
	const char *start;
};

struct report {
	struct arena *arena;
	struct report_entry *entries;
	size_t entry_count;
	struct source *sources;
	size_t source_count;
};

static const struct {
	const char *word, *color;
} levels[] = {
	[REPORT_ERROR] = {"error", "\033[1;31m"},
	[REPORT_WARNING] = {"warning", "\033[1;35m"},
	[REPORT_NOTE] = {"note", "\033[1;36m"},
};

struct report *report_new(struct arena *arena)
{
	struct report *report = arena_alloc(arena, sizeof(*report));

	report->arena = arena;
	return report;
}

void report_source(struct report *report, const char *file, const char *text, size_t length)
{
	struct source *source = arena_append(
		report->arena, &report->sources, &report->source_count, sizeof(*source));

	*source = (struct source){.file = file, .text = text, .length = length};
}

struct report_entry *report_add(struct report *report, enum report_level level, struct where where,
	unsigned width, const char *format, ...)
{
	struct report_entry *entry =
		arena_append(report->arena, &report->entries, &report->entry_count, sizeof(*entry));
	va_list arguments;

	va_start(arguments, format);
	entry->level = level;
	entry->where = where;
	entry->width = width;
	entry->text = arena_vprintf(report->arena, format, arguments);
	va_end(arguments);
	return entry;
}

void report_hint(struct report *report, struct report_entry *entry, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	entry->hint = arena_vprintf(report->arena, format, arguments);
	va_end(arguments);
}

void report_other(struct report_entry *entry, struct where other, const char *text)
{
	entry->other = other;
	entry->other_text = text;
}

void report_fault(struct report *report, const struct fault *why)
{
	char sentence[FAULT_SENTENCE];
	struct report_entry *entry = report_add(report, REPORT_ERROR, why->where, 0, "%s",
		fault_sentence(why, sentence, sizeof(sentence)));

	if (why->hint[0])
		report_hint(report, entry, "%s", why->hint);
}

size_t report_count(const struct report *report, enum report_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < report->entry_count; i++)
		count += report->entries[i].level == level;
	return count;
}

const struct report_entry *report_entries(const struct report *report, size_t *count)
{
	*count = report->entry_count;
	return report->entries;
}

void report_clear(struct report *report)
{
	report->entries = NULL;
	report->entry_count = 0;
}

static struct source *find_source(const struct report *report, const char *file)
{
	for (size_t i = 0; file && i < report->source_count; i++)
		if (strcmp(report->sources[i].file, file) == 0)
			return &report->sources[i];
	return NULL;
}

static bool find_line(struct source *source, unsigned line, const char **start, size_t *length)
{
	const char *end = source->text + source->length;

	if (line < source->line || !source->start) {
		source->line = 1;
		source->start = source->text;
	}
	while (source->line < line) {
		const char *stop = memchr(source->start, '\n', (size_t)(end - source->start));
		if (!stop)
			return false;
		source->start = stop + 1;
		source->line++;
	}
	const char *stop = memchr(source->start, '\n', (size_t)(end - source->start));
	*start = source->start;
	*length = (size_t)((stop ? stop : end) - source->start);
	if (*length && (*start)[*length - 1] == '\r')
		--*length;
	return true;
}

enum { LONGEST_EXCERPT = 160, BEFORE_CARET = 72 };

static bool inside_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Of a long line only the part around @column is shown, in whole characters. */
static void cut_excerpt(const char **line, size_t *length, size_t *column)
{
	size_t skip = *column > LONGEST_EXCERPT - BEFORE_CARET ? *column - BEFORE_CARET : 0;

	if (*length <= LONGEST_EXCERPT)
		return;
	while (skip && inside_character((*line)[skip]))
		skip--;
	*line += skip;
	*length -= skip;
	*column -= skip;
	if (*length <= LONGEST_EXCERPT)
		return;
	*length = LONGEST_EXCERPT;
	while (*length > *column && inside_character((*line)[*length]))
		--*length;
}

static void write_excerpt(const struct report *report, FILE *out, struct where where,
	unsigned width, const char *color)
{
	struct source *source = find_source(report, where.file);
	size_t length, column = where.column ? where.column - 1 : 0;
	const char *line;

	if (!source || where.line == 0 || !find_line(source, where.line, &line, &length))
		return;
	const char *start = line;
	size_t whole = length;
	if (column > length)
		column = length;
	cut_excerpt(&line, &length, &column);
	fprintf(out, "%6u | %s", where.line, line > start ? "…" : "");
	terminal_put(out, line, length);
	fputs(line + length < start + whole ? "…" : "", out);
	size_t before = terminal_columns(line, column) + (line > start);
	size_t marked = width < length - column ? width : length - column;
	size_t under = terminal_columns(line + column, marked);
	fprintf(out, "\n       | %*s%s^", (int)before, "", color);
	for (size_t i = 1; i < under; i++)
		fputc('~', out);
	fprintf(out, "%s\n", *color ? "\033[0m" : "");
}

static void write_where(FILE *out, struct where where)
{
	const char *file = where.file ? where.file : "bulkhead";

	terminal_put(out, file, strlen(file));
	if (where.file && where.line)
		fprintf(out, ":%u:%u", where.line, where.column);
	fputs(": ", out);
}

static void write_entry(
	const struct report *report, FILE *out, const struct report_entry *entry, bool color)
{
	const char *paint = color ? levels[entry->level].color : "";

	write_where(out, entry->where);
	fprintf(out, "%s%s:%s ", paint, levels[entry->level].word, color ? "\033[0m" : "");
	terminal_put(out, entry->text, strlen(entry->text));
	fputc('\n', out);
	write_excerpt(report, out, entry->where, entry->width, paint);
	if (entry->other_text) {
		write_where(out, entry->other);
		fprintf(out, "%s\n", entry->other_text);
		write_excerpt(report, out, entry->other, 0, "");
	}
	if (entry->hint) {
		fputs("hint: ", out);
		terminal_put(out, entry->hint, strlen(entry->hint));
		fputc('\n', out);
	}
}

static size_t source_rank(const struct report *report, const char *file)
{
	const struct source *source = find_source(report, file);

	return source ? (size_t)(source - report->sources) : report->source_count;
}

/* qsort_r(3) is not stable: the order of adding decides between equals. */
static int compare_entries(const void *left, const void *right, void *context)
{
	const struct report_entry *a = *(const struct report_entry *const *)left;
	const struct report_entry *b = *(const struct report_entry *const *)right;
	size_t rank_a = source_rank(context, a->where.file);
	size_t rank_b = source_rank(context, b->where.file);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	if (a->where.line != b->where.line)
		return a->where.line < b->where.line ? -1 : 1;
	if (a->where.column != b->where.column)
		return a->where.column < b->where.column ? -1 : 1;
	return a < b ? -1 : a > b;
}

void report_write(const struct report *report, FILE *out, bool color)
{
	size_t count = report->entry_count;
	const struct report_entry **sorted =
		arena_alloc(report->arena, (count + 1) * sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		sorted[i] = &report->entries[i];
	qsort_r(sorted, count, sizeof(*sorted), compare_entries, (void *)report);
	for (size_t i = 0; i < count; i++)
		write_entry(report, out, sorted[i], color);
}
