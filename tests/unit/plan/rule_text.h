/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The fields of a rule as text.  It is done for every rule of thousands of plans: no printf. */

#include <stddef.h>

struct record_field;

struct rule_text {
	char bytes[16384];
	size_t length;
};

void rule_text_add(struct rule_text *text, const char *word);

/* The value of @field of @record; lists item by item, structs in them field by field. */
void rule_text_value(struct rule_text *text, const struct record_field *field, const void *record);
