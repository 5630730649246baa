/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What probes found to work, remembered until the next boot: trying everything
 * takes several times as long as a launch.
 *
 * Only a yes is remembered, and only of this boot, kernel, user namespace and
 * build of ours; what was missing is tried again each time.  A yes that has
 * become untrue (a sysctl, a container) lets nothing through: a step of the
 * launch does the same thing and fails, and then host_forget() and a probe say
 * what is missing.
 */

#include <stdint.h>

struct arena;

/* The features, of enum host_feature as bits, that are known to work; 0: none. */
uint64_t host_recall(const char *file, struct arena *arena);

/* Write down that those of @features work; only root can, and a failure only means that they are
 * tried again. */
void host_remember(const char *file, uint64_t features, struct arena *arena);
