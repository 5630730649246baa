/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The line in which an attempt's outcome travels from the confined process to the runner. */

#include <stdbool.h>
#include <stddef.h>

struct drill_attempt;
struct drill_context;

enum drill_outcome {
	DRILL_REFUSED,
	DRILL_SUCCEEDED,
	DRILL_SKIPPED, /* it has no meaning here */
	DRILL_LOST,    /* no answer came: killed by something else, or not started */
};

struct drill_answer {
	enum drill_outcome outcome;
	int error;  /* positive errno of a refusal */
	long call;  /* number of the deciding call, or -1 */
	int layer;  /* measured by the attempt, or -1 */
	int signal; /* that ended it, or 0 */
	bool begun; /* it said so: from then on it is the kernel's answer that is waited for */
};

enum { DRILL_LINE = 96 };

/* What an attempt's process writes when it is confined, right before the attempt. */
#define DRILL_BEGUN "begun\n"

/* What an attempt returned, as a line; its length. */
size_t drill_report(char line[static DRILL_LINE], int result, const struct drill_context *context);

/* Read the line back; false when it is none. */
bool drill_answer(const char *line, size_t length, struct drill_answer *answer);

/*
 * What became of an attempt whose process printed @text and ended with @status (that of a
 * shell: 128 + signal).  Where one program replaces another, its end is the answer, or what code
 * says that was brought into it.
 */
void drill_conclude(const struct drill_attempt *attempt, const char *text, size_t length,
	int status, struct drill_answer *answer);
