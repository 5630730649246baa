/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rule_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/record.h"
#include "base/where.h"

void rule_text_add(struct rule_text *text, const char *word)
{
	size_t length = word ? strlen(word) : 0;

	if (length >= sizeof(text->bytes) - text->length)
		abort();
	if (length)
		memcpy(text->bytes + text->length, word, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

static void add_number(struct rule_text *text, uint64_t value, unsigned base)
{
	char digits[32] = "", *at = digits + sizeof(digits) - 1;

	do
		*--at = "0123456789abcdef"[value % base];
	while (value /= base);
	rule_text_add(text, base == 16 ? "0x" : "");
	rule_text_add(text, at);
}

static void add_where(struct rule_text *text, const struct where *where)
{
	rule_text_add(text, where->file);
	rule_text_add(text, ":");
	add_number(text, where->line, 10);
	rule_text_add(text, ":");
	add_number(text, where->column, 10);
}

/* A struct without an origin of its own, inside a rule. */
static void add_part(struct rule_text *text, const struct record_type *type, const void *record)
{
	for (size_t i = 0; i < type->field_count; i++) {
		rule_text_add(text, i ? " " : "{");
		rule_text_add(text, type->fields[i].name);
		rule_text_add(text, " ");
		rule_text_value(text, &type->fields[i], record);
	}
	rule_text_add(text, "}");
}

static void add_list(struct rule_text *text, const struct record_field *field, const void *record)
{
	const char *items = *(const char *const *)((const char *)record + field->offset);
	size_t count = *(const size_t *)((const char *)record + field->count_offset);

	for (size_t i = 0; i < count; i++) {
		rule_text_add(text, i ? " " : "");
		if (field->kind == RECORD_LIST)
			add_part(text, field->type, items + i * field->type->size);
		else if (field->kind == RECORD_TEXTS)
			rule_text_add(text, ((const char *const *)items)[i]);
		else
			add_number(text, ((const uint32_t *)items)[i], 10);
	}
}

void rule_text_value(struct rule_text *text, const struct record_field *field, const void *record)
{
	const void *at = (const char *)record + field->offset;

	switch (field->kind) {
	case RECORD_TEXT:
		rule_text_add(text, *(const char *const *)at);
		break;
	case RECORD_BOOL:
		rule_text_add(text, *(const bool *)at ? "yes" : "no");
		break;
	case RECORD_INT:
	case RECORD_U32:
		add_number(text, *(const uint32_t *)at, 10);
		break;
	case RECORD_U64:
		add_number(text, *(const uint64_t *)at, 16);
		break;
	case RECORD_ENUM:
		rule_text_add(text, field->names[*(const unsigned *)at]);
		break;
	case RECORD_WHERE:
		add_where(text, at);
		break;
	case RECORD_LIST:
	case RECORD_TEXTS:
	case RECORD_U32S:
		add_list(text, field, record);
		break;
	case RECORD_STRUCT:
		break;
	}
}
