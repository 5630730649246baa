/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The table of options: their names, what --help says of each, and what takes its value. */

struct cli_options;
struct fault;

struct cli_option {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	const char *argument;
	const char *help;
	unsigned accepts; /* 0: every verb */
	int (*take)(struct cli_options *options, const char *value, struct fault *why);
};

enum { CLI_OPTION_COUNT = 26 };

/* In the order of --help. */
extern const struct cli_option cli_option_table[CLI_OPTION_COUNT];

/* Wrong use, which has no errno that would help: fill @why.  Returns -EINVAL. */
int cli_option_wrong(struct fault *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
