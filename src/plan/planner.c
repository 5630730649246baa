/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/planner.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/report.h"

struct report_entry *plan_missing(
	struct planner *planner, struct where where, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const char *text = arena_vprintf(planner->arena, format, arguments);
	va_end(arguments);
	return report_add(planner->report, planner->judging ? REPORT_NOTE : REPORT_ERROR, where, 0,
		"%s", text);
}
