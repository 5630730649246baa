/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Services that a plan judges alike: what the planner asks of them is the same, but for names,
 * arguments and places.  Of ten thousand services few are one of a kind, and where nothing was to
 * be said of the first, nothing is of the next: it shares the parts of the first.  A plan with
 * shared parts is for judging alone; their lines are those of another service.
 *
 * A service of which something was said, or a gap found that it cannot start with, is never
 * shared: each says its own.
 */

#include <stdbool.h>

struct arena;
struct plan_alike;
struct plan_service;
struct planner;
struct policy_service;

struct plan_alike *plan_alike_new(struct arena *arena);

/* Give @service the parts of one like it that was built before; false when there is none. */
bool plan_alike_share(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* @service, which could not share, is built: others may share its parts. */
void plan_alike_remember(struct planner *planner, const struct plan_service *service);
