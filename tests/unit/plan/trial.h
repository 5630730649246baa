/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Lines taken out of a policy, and whether its plan changes as its origins say. */

#include <stdbool.h>
#include <stddef.h>

#include "example.h"
#include "removal.h"
#include "rules.h"

struct arena;

struct trial {
	struct arena *arena;
	struct example example;
	struct rules before;
	struct rules names;  /* those that name services, and the stack */
	struct rules basics; /* of a service that asks for nothing */
	size_t refused, failed;
};

/* A trial of @example, which can be planned. */
struct trial trial_new(const struct example *example, struct arena *arena);

/* What names a service's own line must be what every service has. */
void trial_own_lines(struct trial *trial);

/*
 * Without the line at @where every rule that names it is gone, and nothing
 * unrelated.  A rule that stays must name another line that gives it as well;
 * that one goes next, until the rule is gone, or is what every service has
 * from bulkhead itself.  A line that others need makes the loader refuse,
 * naming one of them; that one goes next.
 */
void trial_without(struct trial *trial, struct where where);

/* Without a line that none of @origins is about the plan is the same.  Returns how many were
 * tried, of file @file. */
size_t trial_unnamed(
	struct trial *trial, size_t file, const struct where *origins, size_t origin_count);

/* For the parts of a trial: say what is wrong, and go on. */
void trial_fail(struct trial *trial, const struct removal *removal, const char *what,
	const struct rule *rule);

/* The plan was refused: take out the lines that complain.  False when there is no more to do. */
bool trial_refused(struct trial *trial, struct removal *removal);
