/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The moment at which a drilled launch becomes ready: between the two tries of a DRILL_LATE
 * attempt. */

struct drill_answer;
struct drill_attempt;
struct drill_world;
struct fault;
struct plan_service;
struct stack_launched;

/* Before the launch: make 0 a pipe, which the launched program reads; the end to write, or -1. */
int drill_moment_input(void);
/* And after it: nothing is to be read there. */
void drill_moment_no_input(void);

/*
 * Wait until the payload of @launched says on @output that the attempt works, end the phase, let
 * it try again by a byte to @go, and conclude.  An attempt that does not work before is concluded
 * as it is: its answer has not begun.
 */
int drill_moment(const struct drill_world *world, const struct plan_service *service,
	const struct stack_launched *launched, int output, int go,
	const struct drill_attempt *attempt, struct drill_answer *answer, struct fault *why);
