/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/record.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/where.h"

/* What is written of a record. */
struct extent {
	bool origins; /* where things come from */
	bool nothing; /* what is false, zero, empty, or the first of its words */
};

static json_t *write_struct(
	const struct record_type *type, const void *record, struct extent extent);

static size_t count_of(const struct record_field *field, const void *record)
{
	return *(const size_t *)((const char *)record + field->count_offset);
}

static json_t *write_u64(uint64_t value)
{
	char text[24];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static json_t *write_where(const struct where *where)
{
	return where->file ? json_sprintf("%s:%u:%u", where->file, where->line, where->column)
			   : NULL;
}

static json_t *write_list(
	const struct record_field *field, const void *record, struct extent extent)
{
	const char *items = *(const char *const *)((const char *)record + field->offset);
	size_t count = count_of(field, record);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		if (field->kind == RECORD_LIST)
			json_array_append_new(list,
				write_struct(field->type, items + i * field->type->size, extent));
		else if (field->kind == RECORD_TEXTS)
			json_array_append_new(list, json_string(((const char *const *)items)[i]));
		else
			json_array_append_new(list, json_integer(((const uint32_t *)items)[i]));
	}
	return list;
}

static bool says_nothing(const struct record_field *field, const void *record)
{
	const void *at = (const char *)record + field->offset;

	switch (field->kind) {
	case RECORD_BOOL:
		return !*(const bool *)at;
	case RECORD_INT:
	case RECORD_U32:
	case RECORD_ENUM:
		return *(const uint32_t *)at == 0;
	case RECORD_U64:
		return *(const uint64_t *)at == 0;
	case RECORD_LIST:
	case RECORD_TEXTS:
	case RECORD_U32S:
		return count_of(field, record) == 0;
	default:
		return false;
	}
}

/* NULL: nothing to say about this field. */
static json_t *write_field(
	const struct record_field *field, const void *record, struct extent extent)
{
	const void *at = (const char *)record + field->offset;

	if (!extent.nothing && says_nothing(field, record))
		return NULL;
	switch (field->kind) {
	case RECORD_TEXT: {
		const char *text = *(const char *const *)at;
		return text ? json_string(text) : NULL;
	}
	case RECORD_BOOL:
		return json_boolean(*(const bool *)at);
	case RECORD_INT:
		return json_integer(*(const int *)at);
	case RECORD_U32:
		return json_integer(*(const uint32_t *)at);
	case RECORD_U64:
		return write_u64(*(const uint64_t *)at);
	case RECORD_ENUM:
		return json_string(field->names[*(const unsigned *)at]);
	case RECORD_WHERE:
		return extent.origins ? write_where(at) : NULL;
	case RECORD_STRUCT:
		return write_struct(field->type, at, extent);
	case RECORD_LIST:
	case RECORD_TEXTS:
	case RECORD_U32S:
		return write_list(field, record, extent);
	}
	return NULL;
}

static json_t *write_struct(
	const struct record_type *type, const void *record, struct extent extent)
{
	json_t *object = json_object();

	for (size_t i = 0; i < type->field_count; i++) {
		json_t *value = write_field(&type->fields[i], record, extent);
		if (value)
			json_object_set_new(object, type->fields[i].name, value);
	}
	return object;
}

static char *write_text(
	const struct record_type *type, const void *record, struct extent extent, size_t form)
{
	json_t *object = write_struct(type, record, extent);
	char *text = json_dumps(object, form);

	json_decref(object);
	return text;
}

char *record_write(const struct record_type *type, const void *record)
{
	return write_text(type, record, (struct extent){true, true}, JSON_INDENT(2));
}

char *record_write_brief(const struct record_type *type, const void *record)
{
	return write_text(type, record, (struct extent){true, false}, JSON_COMPACT);
}

bool record_same(const struct record_type *type, const void *left, const void *right)
{
	const struct extent extent = {false, false};
	json_t *one = write_struct(type, left, extent), *other = write_struct(type, right, extent);
	bool same = json_equal(one, other);

	json_decref(one);
	json_decref(other);
	return same;
}
