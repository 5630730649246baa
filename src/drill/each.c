/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/each.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "drill/attempt.h"
#include "drill/report.h"

bool drill_each(
	const struct drill_attempt *attempt, const char *first, const char *second, int output)
{
	struct drill_context context = {.first = first, .second = second, .call = -1, .layer = -1};
	char line[DRILL_LINE];

	syscall(SYS_write, output, DRILL_BEGUN, strlen(DRILL_BEGUN));
	int result = attempt->run(&context);
	size_t length = drill_report(line, result, &context);
	return syscall(SYS_write, output, line, length) == (long)length && result != 0;
}
