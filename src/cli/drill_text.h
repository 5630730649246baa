/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a drill found, for people: a paragraph for each service, then what it all shows. */

#include <stdbool.h>
#include <stddef.h>

struct cli_drill_report;

/* Places from @first on as one paragraph under @title; whatever got through has its own line. */
void cli_drill_write_place(const struct cli_drill_report *report, size_t first, const char *title);

/* The same places with a line for each attempt. */
void cli_drill_write_rows(const struct cli_drill_report *report, size_t first);

/* Scenarios, layers, what is void here, the sum; @all: every line was shown before. */
void cli_drill_write_summary(const struct cli_drill_report *report, bool all);
