/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How many layers hold an attempt: it is made again without the layer that stopped it, and so on,
 * until it gets through or nothing is left.
 *
 * Each layer is proven with all that answered before it left off.  Where an answer may be that of
 * several, they are left off one by one until it gets through; then each must stop it alone.
 */

#include <stdbool.h>
#include <stddef.h>

#include "catalog/layer.h"
#include "drill/verdict.h"

struct fault;

enum drill_bottom {
	DRILL_BOTTOM_NONE,    /* it was not stopped in the first place */
	DRILL_BOTTOM_THROUGH, /* with all of them off it gets through: these hold it, and no other
			       */
	DRILL_BOTTOM_OPEN,    /* something else stops it even so: no more can be shown */
	DRILL_BOTTOM_COUNT,
};

struct drill_depth {
	struct {
		enum layer layer;
		enum layer part;
	} holds[LAYER_COUNT]; /* in the order in which they answered */
	size_t count;
	enum drill_bottom end;
	unsigned launches; /* that it took */
	char text[160];    /* of DRILL_BOTTOM_OPEN: what stops it then */
};

/* Make the attempt once more, without layers @off, and judge it. */
struct drill_again {
	int (*make)(void *context, unsigned off, struct drill_verdict *verdict, struct fault *why);
	void *context;
};

/* @first is the verdict with every layer on; @meant the layers that the plan means to stop it. */
int drill_measure_depth(const struct drill_verdict *first, unsigned meant,
	const struct drill_again *again, struct drill_depth *depth, struct fault *why);

/* Different parts of the kernel among those that hold. */
size_t drill_parts(const struct drill_depth *depth);

/* Bits 1 << enum layer of those that hold. */
unsigned drill_holding(const struct drill_depth *depth);
