/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bulkhead-drill ATTEMPT [ARGUMENT [ARGUMENT]]: one attempt, in the place of a service's
 * program, under its exact confinement.
 * bulkhead-drill each ATTEMPT ARGUMENT ARGUMENT ...: one after another, until one gets through.
 * bulkhead-drill sweep ATTEMPT ARGUMENT ARGUMENT ...: all at once (drill/sweep.h).
 *
 * One line on stdout: OUTCOME ERRNO CALL LAYER, and before it DRILL_BEGUN where no answer
 * at all may be the answer.  Static, and nothing but write(2) and exit
 * after main() has begun, since no filter may be too tight for it.
 */
#include <string.h>

#include "drill/call.h"
#include "drill/each.h"
#include "drill/report.h"
#include "drill/sweep.h"

static int try_each(char **words, int count)
{
	for (int i = 0; i + 2 < count; i += 3) {
		const struct drill_attempt *attempt = drill_attempt(words[i], NULL);

		if (!attempt)
			return 2;
		if (!drill_each(attempt, words[i + 1], words[i + 2], 1))
			break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	char line[DRILL_LINE];
	struct drill_context context = {
		.first = argc > 2 ? argv[2] : NULL,
		.second = argc > 3 ? argv[3] : NULL,
		.call = -1,
		.layer = -1,
	};
	const struct drill_attempt *attempt = argc > 1 ? drill_attempt(argv[1], NULL) : NULL;

	if (argc > 1 && strcmp(argv[1], "each") == 0)
		return try_each(argv + 2, argc - 2);
	if (argc > 1 && strcmp(argv[1], "sweep") == 0)
		return drill_sweep_ports(argv + 2, argc - 2, 1) ? 0 : 2;
	/* Nothing but to be there, while the init around it is drilled. */
	while (argc > 1 && strcmp(argv[1], "wait") == 0)
		syscall(SYS_futex, &(int){0}, 0 /* wait */, 0, NULL, NULL, 0);
	/* Run again by an attempt ("run-itself"): another program did run. */
	if (!attempt)
		return argc > 1 ? 2 : 0;
	if (attempt->kind == DRILL_INET)
		syscall(SYS_write, 1, DRILL_BEGUN, strlen(DRILL_BEGUN));
	int result = attempt->run(&context);
	/* It works.  The runner hears of it, ends the phase and says so. */
	if (attempt->kind == DRILL_LATE && result == 0) {
		syscall(SYS_write, 1, DRILL_BEGUN, strlen(DRILL_BEGUN));
		syscall(SYS_read, 0, line, 1);
		result = attempt->run(&context);
	}
	size_t length = drill_report(line, result, &context);
	return syscall(SYS_write, 1, line, length) == (long)length ? 0 : 1;
}
