/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The command line as a table of verbs, one file per verb.  Verbs print and
 * never decide.
 *
 * A new verb is one file that defines `const struct cli_verb cli_NAME`, one
 * line here and one row of the table in main.c.
 */

#include <stdbool.h>

#include "cli/options.h"

struct cli_verb {
	const char *name;
	const char *arguments; /* for the usage line, without the options */
	const char *summary;
	unsigned accepts; /* enum cli_accepts: the options that it takes */
	int refused;      /* exit status of wrong options; 0: that of the fault */
	bool acts;        /* what it prints is progress: the work counts, whoever reads along */
	/* Returns the exit status (man 1 bulkhead). */
	int (*run)(const struct cli_options *options);
	const char *help; /* the rest of `bulkhead VERB --help` */
};

extern const struct cli_verb cli_check;
extern const struct cli_verb cli_explain;
extern const struct cli_verb cli_plan;
extern const struct cli_verb cli_doctor;
extern const struct cli_verb cli_up;
extern const struct cli_verb cli_down;
extern const struct cli_verb cli_ps;
extern const struct cli_verb cli_logs;
extern const struct cli_verb cli_restart;
extern const struct cli_verb cli_reload;
extern const struct cli_verb cli_status;
extern const struct cli_verb cli_net;
extern const struct cli_verb cli_run;
extern const struct cli_verb cli_exec;
extern const struct cli_verb cli_signal;
extern const struct cli_verb cli_drill;
