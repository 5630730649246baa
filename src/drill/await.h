/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Wait for the end of a process that makes attempts, and read what it printed. */

#include <stdbool.h>
#include <stddef.h>

struct drill_answer;
struct drill_attempt;

/* What came of it. */
struct drill_end {
	char text[12 * 1024]; /* what it printed; more is lost */
	size_t length;
	int status; /* as of a shell */
	bool late;  /* it did not end by itself */
};

/*
 * Wait for the process behind @pidfd, a child, whose output goes to @output, which does not block.
 * One that is not done in time is killed by its pidfd; each attempt that it says to begin has that
 * time for itself.  0 or -errno.
 */
int drill_await_end(int pidfd, int output, struct drill_end *end);

/* @attempt was the last that it made: its answer begins at @from in the text, if there is one.  No
 * answer is DRILL_LOST, by ETIMEDOUT when it was late. */
void drill_conclude_end(const struct drill_attempt *attempt, const struct drill_end *end,
	size_t from, struct drill_answer *answer);

/* Both, of a process that makes @attempt alone. */
int drill_await(
	int pidfd, int output, const struct drill_attempt *attempt, struct drill_answer *answer);
