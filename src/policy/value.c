/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/value.h"

#include <string.h>

#include "base/text.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit size_units[] = {
	{"", 1},
	{"B", 1},
	{"KB", 1024},
	{"MB", 1024ull * 1024},
	{"GB", 1024ull * 1024 * 1024},
	{"TB", 1024ull * 1024 * 1024 * 1024},
};

static const struct unit duration_units[] = {
	{"s", 1},
	{"m", 60},
	{"h", 3600},
	{"d", 86400},
};

enum { MOST_SECONDS = 366 * 86400 };

bool policy_value_number(const char *text, uint64_t most, uint64_t *number)
{
	/* A leading zero reads as octal to some: refused rather than guessed. */
	return (text[0] != '0' || !text[1]) && text_number(text, most, number);
}

/* The digits that @text begins with; the rest is in @unit. */
static bool split_unit(const char *text, uint64_t *number, const char **unit)
{
	char digits[24];
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	*unit = text + length;
	return policy_value_number(digits, UINT64_MAX, number);
}

bool policy_value_size(const char *text, uint64_t *bytes)
{
	const char *unit;
	uint64_t number;

	if (!split_unit(text, &number, &unit))
		return false;
	for (size_t i = 0; i < sizeof(size_units) / sizeof(size_units[0]); i++)
		if (strcmp(unit, size_units[i].name) == 0)
			return !__builtin_mul_overflow(number, size_units[i].factor, bytes) &&
			       *bytes <= INT64_MAX;
	return false;
}

bool policy_value_duration(const char *text, uint64_t *seconds)
{
	const char *unit;
	uint64_t number;

	if (!split_unit(text, &number, &unit) || number == 0)
		return false;
	for (size_t i = 0; i < sizeof(duration_units) / sizeof(duration_units[0]); i++)
		if (strcmp(unit, duration_units[i].name) == 0)
			return !__builtin_mul_overflow(number, duration_units[i].factor, seconds) &&
			       *seconds <= MOST_SECONDS;
	return false;
}

bool policy_value_mode(const char *text, uint32_t *mode)
{
	size_t length = strlen(text);
	uint32_t value = 0;

	if (length < 3 || length > 4 || (length == 4 && text[0] != '0'))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '7')
			return false;
		value = value * 8 + (uint32_t)(*text - '0');
	}
	*mode = value;
	return true;
}

bool policy_value_port(const char *text, size_t length, uint16_t *port)
{
	char digits[8];
	uint64_t number;

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (!policy_value_number(digits, UINT16_MAX, &number) || number == 0)
		return false;
	*port = (uint16_t)number;
	return true;
}

bool policy_value_ports(const char *text, size_t length, uint16_t *first, uint16_t *last)
{
	const char *dash = memchr(text, '-', length);

	if (!dash) {
		bool good = policy_value_port(text, length, first);
		*last = *first;
		return good;
	}
	size_t left = (size_t)(dash - text);
	return policy_value_port(text, left, first) &&
	       policy_value_port(dash + 1, length - left - 1, last) && *first <= *last;
}

bool policy_value_service_name(const char *text, size_t length)
{
	if (length == 0 || length > 48 || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') ||
			    text[i] == '-'))
			return false;
	return text[0] < '0' || text[0] > '9';
}

bool policy_value_variable_name(const char *text)
{
	if (!*text || (*text >= '0' && *text <= '9'))
		return false;
	for (; *text; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			    (*text >= '0' && *text <= '9') || *text == '_'))
			return false;
	return true;
}
