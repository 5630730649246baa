/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where the YAML library was, in lines and bytes of the text; and what its
 * complaints mean in words that say what to type.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"

struct policy_reading;
struct yaml_parser_s;

/* A text being read.  The library counts characters; places count bytes. */
struct policy_text_source {
	const char *file, *text;
	size_t length;
	bool ascii;  /* characters are bytes: nothing to convert */
	size_t line; /* from 0: the line that `start` is the offset of */
	size_t start;
	size_t explained; /* the line, from 1, whose slip was reported; 0: none */
};

/* False when the text holds bytes that a policy must not hold: then it was reported. */
bool policy_source_open(struct policy_text_source *source, struct policy_reading *reading,
	const char *file, const char *text, size_t length);

/* The place of @column characters into @line, both from 0. */
struct where policy_source_place(struct policy_text_source *source, size_t line, size_t column);

/*
 * Look on @line (from 0) for what people write unquoted and YAML takes for something
 * else.  True when it was found and reported.
 */
bool policy_syntax_unquoted(
	struct policy_reading *reading, struct policy_text_source *source, size_t line);

/* Report what stopped the library. */
void policy_syntax_error(struct policy_reading *reading, struct policy_text_source *source,
	const struct yaml_parser_s *parser);
