/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Every rule of a plan with its origin, found by the plan's own table of
 * fields, so that a kind of rule that is added later is found as well.
 */

#include <stddef.h>

#include "base/where.h"

struct arena;
struct plan;

struct rule {
	const char *service; /* "" for the stack's */
	const char *kind;    /* "nodes", "landlock.beneath", "workdir" */
	const char *key;  /* what it is about: a target, a name, a port; unique where it can be */
	const char *text; /* all of it: "field=value;" for each field */
	struct where where;
};

struct rules {
	struct rule *items;
	size_t count;
};

/*
 * The rules of @plan, sorted by service, kind, text and origin.  @unknown (may be NULL) names a
 * field of the plan that is neither a rule, nor a part of one, nor known to follow from others;
 * NULL: there is none.
 */
struct rules rules_of(const struct plan *plan, struct arena *arena, const char **unknown);

/* By all but the origin; and by all. */
int rules_compare(const struct rule *left, const struct rule *right);
int rules_compare_whole(const struct rule *left, const struct rule *right);

/* The value of @field in the rule's text, or NULL. */
const char *rules_field(const struct rule *rule, const char *field, struct arena *arena);

/* @text of a rule without the value of @field. */
const char *rules_without(const char *text, const char *field, struct arena *arena);
