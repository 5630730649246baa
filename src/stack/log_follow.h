/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The logs of a stack, read together: those of its services and the supervisor's
 * own.  They need no running stack, and outlive it.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fault;
struct stack_logs;

/* A line of one of them; good until the next call. */
struct stack_log_line {
	const char *service; /* "supervisor": of bulkhead's own */
	const char *text;
	size_t length;
	bool lost; /* lines before it went before they were read */
};

/*
 * Open the logs of @stack that @services names (@count 0: all; "storefront" stands for each of its
 * instances), to read the last @lines lines of each.  -ENOENT when there is none of a name.  The
 * result lives in @arena, and its descriptors until stack_logs_close().
 */
int stack_logs_open(const char *stack, char *const *services, size_t count, size_t lines,
	struct arena *arena, struct stack_logs **logs, struct fault *why);

/* How wide the longest name is, and how many logs there are. */
size_t stack_logs_width(const struct stack_logs *logs);
size_t stack_logs_count(const struct stack_logs *logs);

/* The next line of any of them; false: there is no more now.  One log after the other at first,
 * then as they come, none for long while others wait. */
bool stack_logs_next(struct stack_logs *logs, struct stack_log_line *line);

/* The same for what stands without an end of line. */
bool stack_logs_rest(struct stack_logs *logs, struct stack_log_line *line);

/* Wait until there may be more, also of services that had no log yet. */
void stack_logs_wait(struct stack_logs *logs);

void stack_logs_close(struct stack_logs *logs);
