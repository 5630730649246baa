/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct plan_listen;

/* More ports of one line are sampled. */
enum { DRILL_RANGE = 16 };

/* The ports of @listen that a drill goes for: all, or of a wide range its first ones and its last.
 * Of a unix socket none.  How many. */
size_t drill_range(const struct plan_listen *listen, uint16_t ports[static DRILL_RANGE]);
