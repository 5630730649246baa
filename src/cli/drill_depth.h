/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `drill --depth` for people: the matrix of classes and layers of each service. */

#include <stddef.h>

struct cli_drill_report;

/* The cells from @first on, which are one service's. */
void cli_drill_write_cells(const struct cli_drill_report *report, size_t first);

/* What all of it comes to. */
void cli_drill_write_depth(const struct cli_drill_report *report);
