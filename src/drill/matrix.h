/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a drill in depth found of one service: a cell for each class of attacks. */

#include <stddef.h>

#include "catalog/layer.h"

struct arena;
struct drill_table;
struct plan_class;
struct plan_service;

/* An attempt that fewer than two layers hold. */
struct drill_shallow {
	const char *attempt, *sentence;
	const char *only;   /* the layer; NULL: none is shown */
	const char *reason; /* why there is no other; NULL: none is known */
	const char *text;   /* what stops it without that layer; NULL: nothing does */
};

struct drill_cell {
	const struct plan_class *class;
	size_t attempts;             /* that were stopped */
	unsigned holds[LAYER_COUNT]; /* how many each layer holds */
	unsigned meant;              /* bits: the plan's layers of this class for the service */
	size_t least;                /* layers that hold the attempt which fewest hold */
	const char **least_attempts; /* those */
	size_t least_count;
	struct drill_shallow *shallow;
	size_t shallow_count;
};

/* The cells of classes of which something was stopped, in the order of the classes. */
struct drill_cell *drill_cells(const struct drill_table *table, const struct plan_service *service,
	struct arena *arena, size_t *count);

/* How many attempts of @cell lack both a second layer and a reason. */
size_t drill_unexplained(const struct drill_cell *cell);
