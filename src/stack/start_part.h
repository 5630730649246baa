/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What start.c, of services, and start_relay.c hand to each other. */

struct fault;
struct stack_member;
struct stack_start;

/* Write @member to @file of the run folder.  Who is written down nowhere could not be found again:
 * it does not stay. */
int stack_start_write_down(const struct stack_start *start, const char *file,
	const struct stack_member *member, struct fault *why);
