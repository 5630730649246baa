/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whom a drill goes for in other stacks. */

#include <stddef.h>

struct arena;
struct drill_other;

/* The services of all stacks of this machine but @stack, at what each listens on, and their
 * routers: at most a few hundred, in @arena.  What cannot be read is left out. */
const struct drill_other *cli_drill_others(const char *stack, struct arena *arena, size_t *count);
void cli_drill_others_close(const struct drill_other *others, size_t count);
