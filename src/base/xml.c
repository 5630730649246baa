/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/xml.h"

#include <stddef.h>
#include <stdint.h>

static const char replacement[] = "\xef\xbf\xbd";

/* The character that @text begins with and its length; 0 when its first byte begins none. */
static size_t take_character(const unsigned char *text, uint32_t *character)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((*text & forms[i].mask) != forms[i].lead)
			continue;
		*character = *text & (unsigned char)~forms[i].mask;
		for (size_t j = 1; j <= i; j++) {
			/* The NUL at the end is none either. */
			if ((text[j] & 0xc0) != 0x80)
				return 0;
			*character = *character << 6 | (text[j] & 0x3f);
		}
		return *character < forms[i].least ? 0 : i + 1;
	}
	return 0;
}

/* Production 2 of the standard. */
static int is_allowed(uint32_t character)
{
	if (character < 0x20)
		return character == '\t' || character == '\n' || character == '\r';
	return character <= 0xd7ff || (character >= 0xe000 && character <= 0xfffd) ||
	       (character >= 0x10000 && character <= 0x10ffff);
}

/* Line ends and tabs by number: a reader would make spaces of them in an attribute. */
static void put(FILE *out, const unsigned char *text, size_t length, uint32_t character)
{
	switch (character) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\t':
	case '\n':
	case '\r':
		fprintf(out, "&#%u;", character);
		break;
	default:
		fwrite(text, 1, length, out);
	}
}

void xml_text(FILE *out, const char *text)
{
	const unsigned char *rest = (const unsigned char *)text;

	while (*rest) {
		uint32_t character;
		size_t length = take_character(rest, &character);

		if (length && is_allowed(character))
			put(out, rest, length, character);
		else
			fputs(replacement, out);
		rest += length ? length : 1;
	}
}

void xml_attribute(FILE *out, const char *name, const char *text)
{
	fprintf(out, " %s=\"", name);
	xml_text(out, text);
	fputc('"', out);
}
