/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A command that a service is to execute instead of its own, or beside it: `run` and `exec`. */

#include <stdbool.h>

struct arena;
struct cli_options;
struct fault;
struct plan_service;
struct report;

/* Beside the command's own status. */
enum { CLI_NOT_STARTED = 125, CLI_NOT_EXECUTABLE = 126, CLI_NOT_FOUND = 127 };

/*
 * Put the path that @service may execute in the place of a bare program's name
 * in @options->command; a path is taken as it is.  0, or the exit status after
 * printing that the service has no such program; @hint says what to do about it.
 */
int cli_command_find(const struct cli_options *options, const struct plan_service *service,
	const char *hint, struct arena *arena);

/* Print why @program was not started; its exit status.  @report: as cli_report_fault(). */
int cli_command_failed(const struct cli_options *options, const struct plan_service *service,
	const char *program, bool not_executed, const char *hint, struct report *report,
	struct fault *why);
