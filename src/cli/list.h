/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A list on standard output that goes on in the next line before it is too wide, and colours. */

#include <stddef.h>

#define CLI_RED "\033[1;31m"
#define CLI_GREEN "\033[32m"
#define CLI_YELLOW "\033[33m"
#define CLI_PLAIN "\033[0m"

/* @color on a terminal that may be coloured; else nothing. */
const char *cli_paint(const char *color);

struct cli_list {
	size_t column, count;
	size_t indent;  /* of the lines that follow; cli_list() sets it behind its word */
	char separator; /* after an item that another follows */
};

/* Begin one with "  @word". */
struct cli_list cli_list(const char *word);

/* Add an item, which may come from a policy; the caller ends the line. */
__attribute__((format(printf, 2, 3))) void cli_list_add(
	struct cli_list *list, const char *format, ...);
