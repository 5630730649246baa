/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a drill found as JUnit XML, which servers of continuous integration read. */

struct cli_drill_report;
struct fault;

/*
 * A suite for each service and place, a case for each attempt; what got through is a failure, what
 * is void or not applicable is skipped, and with --depth an attempt that one layer alone holds for
 * no known reason is a failure too.  @path is made or replaced.
 */
int cli_drill_write_junit(
	const struct cli_drill_report *report, const char *path, struct fault *why);
