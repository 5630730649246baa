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

/* Where memories are kept; one file for each build. */
#define HOST_MEMORIES "/var/lib/bulkhead/memory"

/* The features, of enum host_feature as bits, that are known to work; 0: none. */
uint64_t host_recall(const char *folder, struct arena *arena);

/* Write down that those of @features work; only root can, and a failure only means that they are
 * tried again. */
void host_remember(const char *folder, uint64_t features, struct arena *arena);

/* Keep @text as @file of the folder, which is made when missing and never grows without end. */
void host_memory_write(const char *folder, const char *file, const char *text);
