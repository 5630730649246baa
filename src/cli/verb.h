/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The command line as a table of verbs, one file per verb.  Verbs print and never decide. */

struct cli_verb {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	/* argv[0] is the verb.  Returns the exit status (design: section 7). */
	int (*run)(int argc, char **argv);
	const char *help; /* the rest of `bulkhead VERB --help` */
};
