/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ERRNO = 4096 };

static int record(struct fault *why, enum fault_kind kind, int code, struct where where,
	const char *format, va_list arguments)
{
	if (!why)
		return code;
	why->kind = kind;
	why->code = code;
	why->where = where;
	why->hint[0] = '\0';
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	return code;
}

int fault(struct fault *why, int code, struct where where, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	record(why, FAULT_FAILED, code, where, format, arguments);
	va_end(arguments);
	return code;
}

int fault_of(struct fault *why, enum fault_kind kind, int code, struct where where,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	record(why, kind, code, where, format, arguments);
	va_end(arguments);
	return code;
}

const char *fault_sentence(const struct fault *why, char *room, size_t size)
{
	bool kernel = why->code < 0 && why->code > -MOST_ERRNO;

	snprintf(room, size, "%s%s%s", why->text, kernel ? ": " : "",
		kernel ? strerror(-why->code) : "");
	return room;
}

void fault_hint(struct fault *why, const char *format, ...)
{
	va_list arguments;

	if (!why)
		return;
	va_start(arguments, format);
	vsnprintf(why->hint, sizeof(why->hint), format, arguments);
	va_end(arguments);
}
