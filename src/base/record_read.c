/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/record.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

enum { DEEPEST = 12, LONGEST_LIST = 1 << 20 };

/* Where the reader is, for messages: "services[2].mounts[0].target". */
struct reader {
	struct arena *arena;
	const char *name;
	char path[256];
	unsigned depth;
	bool older; /* fields may be missing */
	struct fault *why;
};

static int read_struct(
	struct reader *reader, const struct record_type *type, json_t *object, void *record);

static int refuse(struct reader *reader, const char *what)
{
	return fault_of(reader->why, FAULT_USAGE, -EINVAL, (struct where){reader->name, 0, 0},
		"%s: %s", reader->path[0] ? reader->path : "the text", what);
}

static int read_integer(struct reader *reader, json_t *value, uint64_t most, uint64_t *number)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		(uint64_t)json_integer_value(value) > most)
		return refuse(reader, "is not a number in range");
	*number = (uint64_t)json_integer_value(value);
	return 0;
}

static int read_u64(struct reader *reader, json_t *value, uint64_t *number)
{
	const char *text = json_string_value(value);
	char *end;

	if (!text)
		return read_integer(reader, value, INT64_MAX, number);
	errno = 0;
	*number = strtoull(text, &end, 16);
	if (!text_starts(text, "0x") || *end || errno)
		return refuse(reader, "is not a number");
	return 0;
}

static int read_text(struct reader *reader, json_t *value, const char **text)
{
	const char *given = json_string_value(value);

	if (!given || strlen(given) != json_string_length(value))
		return refuse(reader, "is not text");
	*text = arena_text(reader->arena, given);
	return 0;
}

static int read_enum(
	struct reader *reader, const struct record_field *field, json_t *value, unsigned *number)
{
	for (size_t i = 0; i < field->name_count; i++)
		if (field->names[i] && text_equal(field->names[i], json_string_value(value))) {
			*number = (unsigned)i;
			return 0;
		}
	return refuse(reader, "is not one of its words");
}

/* Cut the last `:NUMBER` off @text; false: there is none. */
static bool cut_number(char *text, uint64_t *number)
{
	char *colon = strrchr(text, ':');

	if (!colon || !text_number(colon + 1, UINT_MAX, number))
		return false;
	*colon = '\0';
	return true;
}

static int read_where(struct reader *reader, json_t *value, struct where *where)
{
	uint64_t line, column;
	int error = read_text(reader, value, &where->file);

	if (error < 0)
		return error;
	char *text = arena_text(reader->arena, where->file);
	if (!cut_number(text, &column) || !cut_number(text, &line))
		return refuse(reader, "is not file:line:column");
	*where = (struct where){text, (unsigned)line, (unsigned)column};
	return 0;
}

static int read_element(
	struct reader *reader, const struct record_field *field, json_t *value, void *element)
{
	uint64_t number = 0;
	int error;

	if (field->kind == RECORD_LIST)
		return read_struct(reader, field->type, value, element);
	if (field->kind == RECORD_TEXTS)
		return read_text(reader, value, element);
	error = read_integer(reader, value, UINT32_MAX, &number);
	if (error == 0)
		*(uint32_t *)element = (uint32_t)number;
	return error;
}

static int read_list(
	struct reader *reader, const struct record_field *field, json_t *value, void *record)
{
	size_t size = field->kind == RECORD_LIST    ? field->type->size
		      : field->kind == RECORD_TEXTS ? sizeof(char *)
						    : sizeof(uint32_t);
	size_t count = json_array_size(value), end = strlen(reader->path);

	if (!json_is_array(value) || count > LONGEST_LIST)
		return refuse(reader, "is not a list");
	char *items = count ? arena_alloc(reader->arena, count * size) : NULL;
	for (size_t i = 0; i < count; i++) {
		snprintf(reader->path + end, sizeof(reader->path) - end, "[%zu]", i);
		int error = read_element(reader, field, json_array_get(value, i), items + i * size);
		if (error < 0)
			return error;
	}
	reader->path[end] = '\0';
	memcpy((char *)record + field->offset, &items, sizeof(items));
	memcpy((char *)record + field->count_offset, &count, sizeof(count));
	return 0;
}

static int read_field(
	struct reader *reader, const struct record_field *field, json_t *value, void *record)
{
	void *at = (char *)record + field->offset;
	uint64_t number = 0;
	int error = 0;

	switch (field->kind) {
	case RECORD_TEXT:
		return read_text(reader, value, at);
	case RECORD_BOOL:
		if (!json_is_boolean(value))
			return refuse(reader, "is neither true nor false");
		*(bool *)at = json_is_true(value);
		return 0;
	case RECORD_INT:
		if (!json_is_integer(value) || json_integer_value(value) < INT_MIN ||
			json_integer_value(value) > INT_MAX)
			return refuse(reader, "is not a number in range");
		*(int *)at = (int)json_integer_value(value);
		return 0;
	case RECORD_U32:
		error = read_integer(reader, value, UINT32_MAX, &number);
		*(uint32_t *)at = (uint32_t)number;
		return error;
	case RECORD_U64:
		return read_u64(reader, value, at);
	case RECORD_ENUM:
		return read_enum(reader, field, value, at);
	case RECORD_WHERE:
		return read_where(reader, value, at);
	case RECORD_STRUCT:
		return read_struct(reader, field->type, value, at);
	case RECORD_LIST:
	case RECORD_TEXTS:
	case RECORD_U32S:
		return read_list(reader, field, value, record);
	}
	return refuse(reader, "has no kind");
}

static const struct record_field *find_field(const struct record_type *type, const char *name)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (text_equal(type->fields[i].name, name))
			return &type->fields[i];
	return NULL;
}

static bool optional(const struct record_field *field)
{
	return field->kind == RECORD_TEXT || field->kind == RECORD_WHERE;
}

static int read_struct(
	struct reader *reader, const struct record_type *type, json_t *object, void *record)
{
	size_t end = strlen(reader->path);
	const char *name;
	json_t *value;
	int error;

	if (!json_is_object(object) || reader->depth >= DEEPEST)
		return refuse(reader, "is not an object");
	reader->depth++;
	json_object_foreach (object, name, value) {
		const struct record_field *field = find_field(type, name);

		snprintf(reader->path + end, sizeof(reader->path) - end, "%s%s", end ? "." : "",
			name);
		if (!field)
			return refuse(reader, "is not known");
		error = read_field(reader, field, value, record);
		if (error < 0)
			return error;
	}
	for (size_t i = 0; !reader->older && i < type->field_count; i++) {
		snprintf(reader->path + end, sizeof(reader->path) - end, "%s%s", end ? "." : "",
			type->fields[i].name);
		if (!optional(&type->fields[i]) && !json_object_get(object, type->fields[i].name))
			return refuse(reader, "is missing");
	}
	reader->path[end] = '\0';
	reader->depth--;
	return 0;
}

static int read_text_of(struct reader *reader, const struct record_type *type, const char *json,
	size_t length, void *record)
{
	json_error_t broken;
	json_t *object = json_loadb(json, length, JSON_REJECT_DUPLICATES, &broken);

	memset(record, 0, type->size);
	if (!object) {
		fault_of(reader->why, FAULT_USAGE, 0,
			(struct where){
				reader->name, (unsigned)broken.line, (unsigned)broken.column},
			"not JSON: %s", broken.text);
		return -EINVAL;
	}
	int error = read_struct(reader, type, object, record);
	json_decref(object);
	return error;
}

int record_read(const struct record_type *type, struct arena *arena, const char *name,
	const char *json, size_t length, void *record, struct fault *why)
{
	struct reader reader = {.arena = arena, .name = name, .why = why};

	return read_text_of(&reader, type, json, length, record);
}

int record_read_older(const struct record_type *type, struct arena *arena, const char *name,
	const char *json, size_t length, void *record, struct fault *why)
{
	struct reader reader = {.arena = arena, .name = name, .older = true, .why = why};

	return read_text_of(&reader, type, json, length, record);
}
