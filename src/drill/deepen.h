/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An attempt that was stopped, again and again with less to stop it: drill/depth.h, with launches.
 */

struct drill_answer;
struct drill_arguments;
struct drill_attempt;
struct drill_depth;
struct drill_verdict;
struct drill_world;
struct fault;
struct plan_service;

/* Of @attempt, which @verdict was the end of; nothing without options->depth.  @output as of
 * drill_single(). */
int drill_deepen(struct drill_world *world, const struct plan_service *service, int output,
	const struct drill_attempt *attempt, const struct drill_arguments *arguments,
	const struct drill_answer *control, const struct drill_verdict *verdict,
	struct drill_depth *depth, struct fault *why);
