/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Attempts made from the plan: what a service does not declare, one by one.
 *
 * Each path that others have, each peer, program, capability and group of system
 * calls is an attempt with a name of its own ("reach:db:5432").  The payload knows
 * none of these names, but what they are made of: the rows of undeclared.c.
 */

#include <stddef.h>

#include "base/where.h"
#include "drill/attempt.h"
#include "drill/need.h"

struct arena;
struct drill_world;
struct plan_service;

struct drill_recipe {
	const char *category;
	const char *base;                     /* name of the row that it is made of */
	const char *first, *second, *control; /* as of struct drill_arguments; NULL: none */
	enum drill_setting setting;
	struct where where; /* the policy line that it goes against, if any */
	/* What it is one of many of, in people's words: these are told as one; NULL: by itself. */
	const char *group;
	const struct plan_service *to; /* who should be there, of this stack; or NULL */
};

/* Names and texts are in the arena, as the rows are. */
const struct drill_attempt *drill_make(const struct drill_world *world,
	const struct plan_service *service, struct arena *arena, size_t *count);

void drill_made_arguments(const struct drill_recipe *made, struct drill_arguments *arguments);

/* What the payload calls @attempt. */
const char *drill_payload_name(const struct drill_attempt *attempt);
