/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Several attempts in one process, one after another: the confined side of drill/batch.h. */

#include <stdbool.h>

struct drill_attempt;

/*
 * Make @attempt of these arguments, and write to @output that it begins, so that the one is known
 * that is the end of the process, and what came of it.  True when the next may follow: what one
 * that got through may have changed is nobody else's.  Nothing but write(2) and the attempt.
 */
bool drill_each(
	const struct drill_attempt *attempt, const char *first, const char *second, int output);
