/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/terminal.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The character that @text begins with (@left bytes, at least one), 0 when it is
 * not UTF-8; @size: its bytes, 1 then.
 */
static uint32_t character_of(const char *text, size_t left, size_t *size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc0 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf8 ? 4
				       : 0;

	*size = 1;
	if (length <= 1)
		return length ? first : 0;
	uint32_t character = first & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if (i >= left || ((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (character < least[length] || character > 0x10ffff ||
		(character >= 0xd800 && character < 0xe000))
		return 0;
	*size = length;
	return character;
}

/* Characters that would steer a terminal, or show the text in another order than it is read. */
static bool harmful(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	       (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

/* Blocks, not single characters: a caret has to stand right, no more. */
static const struct {
	uint32_t first, last;
	unsigned columns;
} odd_columns[] = {
	{0x0300, 0x036f, 0}, /* accents that combine */
	{0x200b, 0x200f, 0}, /* without width */
	{0xfe00, 0xfe0f, 0}, /* variations */
	{0x1100, 0x115f, 2}, /* Hangul */
	{0x2e80, 0xa4cf, 2}, /* Chinese, Japanese, Yi */
	{0xac00, 0xd7a3, 2},
	{0xf900, 0xfaff, 2},
	{0xfe30, 0xfe6f, 2},
	{0xff00, 0xff60, 2}, /* full width */
	{0xffe0, 0xffe6, 2},
	{0x1f300, 0x1faff, 2}, /* pictures */
	{0x20000, 0x3fffd, 2},
};

static unsigned columns_of(uint32_t character)
{
	if (harmful(character))
		return 1;
	for (size_t i = 0; i < sizeof(odd_columns) / sizeof(odd_columns[0]); i++)
		if (character >= odd_columns[i].first && character <= odd_columns[i].last)
			return odd_columns[i].columns;
	return 1;
}

void terminal_put(FILE *out, const char *text, size_t length)
{
	size_t size;

	for (size_t i = 0; i < length; i += size) {
		uint32_t character = character_of(text + i, length - i, &size);

		if (text[i] == '\t')
			fputc(' ', out);
		else if (harmful(character))
			fputc('?', out);
		else
			fwrite(text + i, 1, size, out);
	}
}

void terminal_put_json(FILE *out, const char *text, size_t length)
{
	size_t size;

	fputc('"', out);
	for (size_t i = 0; i < length; i += size) {
		uint32_t character = character_of(text + i, length - i, &size);

		if (character == 0 && text[i] != '\0')
			fputs("\\ufffd", out);
		else if (character == '"' || character == '\\')
			fprintf(out, "\\%c", (int)character);
		else if (harmful(character))
			fprintf(out, "\\u%04x", character);
		else
			fwrite(text + i, 1, size, out);
	}
	fputc('"', out);
}

size_t terminal_columns(const char *text, size_t length)
{
	size_t columns = 0, size;

	for (size_t i = 0; i < length; i += size)
		columns += columns_of(character_of(text + i, length - i, &size));
	return columns;
}
