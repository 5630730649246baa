/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One attempt in a launch of its own. */

struct drill_answer;
struct drill_arguments;
struct drill_attempt;
struct drill_world;
struct fault;
struct plan_service;

/* Its output comes from @output; layers of world->without are left off. */
int drill_single(const struct drill_world *world, const struct plan_service *service, int output,
	const struct drill_attempt *attempt, const struct drill_arguments *arguments,
	struct drill_answer *answer, struct fault *why);
