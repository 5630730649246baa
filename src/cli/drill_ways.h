/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Attempts that are many of a kind, for people: told as one, but for those that got through. */

#include <stddef.h>

struct cli_drill_place;
struct cli_drill_report;

/* A line for each kind: how many there were, to how many others, and how many were stopped. */
void cli_drill_write_ways(const struct cli_drill_report *report);

/* How many rows of @place from @first on were stopped alike and are told as one; 0: it is told by
 * itself. */
size_t cli_drill_alike(const struct cli_drill_place *place, size_t first);
