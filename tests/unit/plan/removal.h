/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A policy without some of its lines, and how its plan differs from the whole one. */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"
#include "example.h"
#include "rules.h"

struct arena;
struct report;

enum { REMOVAL_PLACES = 512 };

struct removal {
	struct arena *arena;
	struct example example; /* the texts that are left */
	struct where places[REMOVAL_PLACES];
	size_t place_count, planned; /* planned: how many were out when the last plan was made */
	struct report *report;       /* of the last plan */
	struct rules lost;           /* what the whole plan has and this one has not */
	struct rules gained; /* the other way round; same value, other origin: lost and gained */
};

/* Is @where one of the places whose item was out when the last plan was made? */
bool removal_has(const struct removal *removal, struct where where);

/* Take out one more item; false when there is none at @where, or it is gone already. */
bool removal_add(struct removal *removal, struct where where);

/* Plan what is left and compare it with @before; false when it is refused: see the report. */
bool removal_plan(struct removal *removal, const struct rules *before);
