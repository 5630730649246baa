/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Plans of a few lines of policy for a machine of a few files: what table tests look at. */

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"

struct arena;
struct host;
struct report;

struct sketch {
	struct arena *arena;
	struct report *report;
	struct host *host;
	const struct policy *policy;
	const struct plan *plan;
};

/*
 * Plan @services, the text beneath `services:` of a policy whose role `bare`
 * gives a folder of memory, or `listener`, which listens at its start alone.  The host has
 * everything, and ids from 1000 on.  What the text alone decides must be right; what the host lacks
 * is in the report.
 */
struct sketch sketch_plan(const char *services, bool judging);
struct sketch sketch_plan_top(const char *top, const char *services, bool judging);
void sketch_free(struct sketch *sketch);

/* The service's node at @target, or NULL. */
const struct plan_node *sketch_node(const struct plan_service *service, const char *target);

/* Is there an entry of @level (enum report_level) whose text holds @text? */
bool sketch_says(const struct sketch *sketch, int level, const char *text);
