/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Let each call by which something is confined fail, one at a time: either no
 * program runs, or one that is confined as if nothing had failed.
 */

#include <stddef.h>

enum { INJECT_OUTPUT = 16384 };

struct inject {
	/* In a traced child: confine and run @command, whose output goes to @output.  Its exit
	 * status; else the reason is in @output. */
	int (*run)(char *const *command, char *output, size_t size);
	void (*tidy)(void);   /* after each */
	const char *sides[4]; /* names of the first processes, from the launcher on */
	size_t fewest;        /* calls that there are at least */
	const char *filters;  /* how many the program has: "1" */
};

/* Skip with 77 where nothing can be traced, after a line that says why; else 0. */
int inject_begin(const struct inject *inject);

/* Nothing fails: what comes out is what the others are compared with. */
void inject_nothing(void);

/* Every call that confines fails with @error, in one run each. */
void inject_everywhere(int error);
