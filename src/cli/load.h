/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The front half that all verbs share: policy text -> policy -> this machine's
 * answers -> plan, with every mistake printed on the way.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cli_options;
struct host;
struct plan;
struct policy;
struct report;

enum cli_purpose {
	CLI_JUDGE, /* the text decides; what this machine lacks is a note; no root, nothing kept */
	CLI_CHECK, /* the same, by plan_judge(): services that are alike are judged once */
	CLI_ENFORCE, /* `up`: what is missing is an error; needs root; host ids are kept */
	CLI_LAUNCH,  /* the same for one launch, which does not try again what works since the boot
		      */
};

enum { CLI_MOST_ROLE_FOLDERS = 4 };

struct cli_loaded {
	struct arena *arena;
	const char *role_folders[CLI_MOST_ROLE_FOLDERS]; /* where roles were looked for */
	size_t role_folder_count;
	struct report *report;
	const struct policy *policy;
	struct host *host;
	bool recalled; /* CLI_LAUNCH: not all that @host says was tried just now */
	bool new_ids;  /* some ids are not in the book yet */
	const struct plan *plan;
};

/*
 * Returns 0 and @loaded whole, or the exit status after printing why: 1 (only
 * assertions failed), 2 (bad policy), 3 (a gap that the policy cannot do without,
 * or a key that is not enforced yet), 5 (needs root).  Warnings and notes are
 * printed too.  The caller ends with cli_unload() in either case.
 */
int cli_load(
	const struct cli_options *options, enum cli_purpose purpose, struct cli_loaded *loaded);
/* The same, but stop at the description of this machine, with every feature probed: `doctor`. */
int cli_load_host(const struct cli_options *options, struct cli_loaded *loaded);

void cli_unload(struct cli_loaded *loaded);

/* Refuse to go on without root: 0, or 5 after printing what @verb needs it for. */
int cli_need_root(const struct cli_options *options, const char *verb, const char *what);
