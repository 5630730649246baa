/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How verbs speak: mistakes in the form of a good compiler on standard error,
 * or, with --json, one object on standard output:
 *
 *     {"code": 2, "messages": [{"level": "error", "where": "web.yaml:14:12", "text": …}]}
 */

#include <stdbool.h>
#include <stdio.h>

struct cli_options;
struct fault;
struct record_type;
struct report;

/* May @out be coloured?  A terminal, and NO_COLOR is not set. */
bool cli_color(FILE *out);

/* The exit status of a failure. */
int cli_exit_status(const struct fault *why);

/* Print a failure.  Returns its exit status. */
int cli_fail(const struct cli_options *options, const struct fault *why);

/* Print wrong use of a verb.  Returns 2. */
int cli_wrong(const struct cli_options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print a report on standard error, at once: it is unbuffered, and a report may be long. */
void cli_write_report(const struct report *report);

/* Print a report that decides the exit status.  Returns @status. */
int cli_report(const struct cli_options *options, const struct report *report, int status);

/* Print a failure whose place may lie in a file that @report has read: its line is shown.
 * What the report held before is taken as printed.  Returns the fault's exit status. */
int cli_report_fault(
	const struct cli_options *options, struct report *report, const struct fault *why);

/* Print what goes on, of @service or of all (NULL), unless the answer is JSON: for `say` of
 * stack_up() and its like, whose context is then the struct cli_options. */
void cli_say(void *options, const char *service, const char *text);

/* Print @record as JSON on standard output. */
void cli_json(const struct record_type *type, const void *record);

/* Text from a policy or a log, to a terminal that it must not steer. */
void cli_put(FILE *out, const char *text);
