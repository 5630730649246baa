/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/nft_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* Where in the text it is, and what of it is known so far. */
struct reading {
	const char *at;
	struct arena *arena;
};

/* The next line without its indent; NULL at the end. */
static const char *next_line(struct reading *reading, size_t *indent)
{
	const char *at = reading->at;
	const size_t length = strcspn(at, "\n");

	if (!*at)
		return NULL;
	*indent = strspn(at, "\t");
	reading->at = at + length + (at[length] == '\n');
	return arena_text_length(reading->arena, at + *indent, length - *indent);
}

static void keep(struct reading *reading, struct nft_lines *lines, const char *text)
{
	*(const char **)arena_append(
		reading->arena, &lines->texts, &lines->count, sizeof(*lines->texts)) = text;
}

/* What @list holds between commas, up to a closing brace: is that there? */
static bool keep_elements(struct reading *reading, struct nft_lines *lines, const char *list)
{
	static const char between[] = " \t\n,";

	for (list += strspn(list, between); *list; list += strspn(list, between)) {
		size_t length = strcspn(list, ",}\n"), end = length;

		while (end > 0 && list[end - 1] == ' ')
			end--;
		if (end > 0)
			keep(reading, lines, arena_text_length(reading->arena, list, end));
		list += length;
		if (*list == '}')
			return true;
	}
	return false;
}

/* Each once, in an order that both tables have. */
static void sort(struct nft_lines *lines)
{
	size_t kept = 0;

	if (lines->count == 0)
		return;
	qsort(lines->texts, lines->count, sizeof(*lines->texts), text_compare);
	for (size_t i = 1; i < lines->count; i++)
		if (strcmp(lines->texts[i], lines->texts[kept]) != 0)
			lines->texts[++kept] = lines->texts[i];
	lines->count = kept + 1;
}

static bool read_elements(struct reading *reading, struct nft_part *part, const char *line)
{
	bool closed = keep_elements(reading, &part->held, line);
	size_t indent;

	while (!closed) {
		line = next_line(reading, &indent);
		if (!line)
			return false;
		closed = keep_elements(reading, &part->held, line);
	}
	sort(&part->held);
	return true;
}

/* Of a chain the line with its hook says what it is, the others are its rules. */
static bool read_part(struct reading *reading, struct nft_part *part)
{
	static const char elements[] = "elements = {";
	const bool chain = text_equal(part->kind, "chain");
	const char *line;
	size_t indent;

	while ((line = next_line(reading, &indent))) {
		if (indent == 1 && text_equal(line, "}"))
			return true;
		if (indent < 2)
			return false;
		if (strncmp(line, elements, strlen(elements)) == 0) {
			if (!read_elements(reading, part, line + strlen(elements)))
				return false;
		} else if (chain && strncmp(line, "type ", 5) != 0) {
			keep(reading, &part->held, line);
		} else {
			keep(reading, &part->about, line);
		}
	}
	return false;
}

/* "set edges4 {" */
static bool read_name(struct reading *reading, const char *line, struct nft_part *part)
{
	const size_t kind = strcspn(line, " ");
	const char *name = line + kind + (line[kind] == ' ');
	const size_t length = strcspn(name, " ");

	*part = (struct nft_part){
		.kind = arena_text_length(reading->arena, line, kind),
		.name = arena_text_length(reading->arena, name, length),
	};
	return kind > 0 && length > 0 && text_equal(name + length, " {");
}

int enforce_nft_part_compare(const void *left, const void *right)
{
	const struct nft_part *one = left, *other = right;
	int order = strcmp(one->kind, other->kind);

	return order ? order : strcmp(one->name, other->name);
}

bool enforce_nft_lines_same(const struct nft_lines *left, const struct nft_lines *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (strcmp(left->texts[i], right->texts[i]) != 0)
			return false;
	return true;
}

/* "table inet bulkhead {", or NULL. */
static const char *read_table(struct reading *reading)
{
	size_t indent, length;
	const char *line = next_line(reading, &indent);

	if (!line || indent > 0 || !text_starts(line, "table "))
		return NULL;
	line += strlen("table ");
	length = strlen(line);
	return length > 2 && text_equal(line + length - 2, " {")
		       ? arena_text_length(reading->arena, line, length - 2)
		       : NULL;
}

bool enforce_nft_parts(const char *text, struct arena *arena, struct nft_parts *parts)
{
	struct reading reading = {text, arena};
	struct nft_part part;
	const char *line;
	size_t indent;

	*parts = (struct nft_parts){.table = read_table(&reading)};
	while (parts->table && (line = next_line(&reading, &indent))) {
		if (indent == 0 && text_equal(line, "}")) {
			if (parts->count)
				qsort(parts->parts, parts->count, sizeof(part),
					enforce_nft_part_compare);
			return *reading.at == '\0';
		}
		if (indent != 1 || !read_name(&reading, line, &part) || !read_part(&reading, &part))
			return false;
		*(struct nft_part *)arena_append(
			arena, &parts->parts, &parts->count, sizeof(part)) = part;
	}
	return false;
}
