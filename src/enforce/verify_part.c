/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/verify_part.h"

#include <stdarg.h>
#include <stdio.h>

void enforce_verify_say(struct enforce_verdict *verdict, enum enforce_state state,
	struct where where, const char *format, ...)
{
	va_list arguments;

	verdict->state = state;
	verdict->where = where;
	va_start(arguments, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, arguments);
	va_end(arguments);
}
