/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A small process that tidies up when this one dies without having ended it:
 * after KILL nobody else would be left to.
 */

#include <sys/types.h>

struct guard {
	pid_t pid; /* -1: there is none */
	int pipe;  /* its other end tells the guard; whoever has it keeps the guard waiting */
};

#define GUARD_NONE ((struct guard){.pid = -1, .pipe = -1})

/*
 * Fork it.  It keeps no descriptor but @kept (-1: none), and when all copies of
 * @guard->pipe are closed it calls @tidy with @context and ends.  0 or -errno.
 */
int guard_begin(struct guard *guard, int kept, void (*tidy)(void *context), void *context);

/* It is not needed any more: end it, and reap it. */
void guard_end(struct guard *guard);
