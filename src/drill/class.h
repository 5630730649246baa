/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which class of attacks (plan/depth.h) an attempt belongs to, and what one layer alone may hold.
 */

#include <stdbool.h>
#include <stddef.h>

struct plan_class;
struct plan_service;

/* Of attempt @name in @category. */
const struct plan_class *drill_class(const char *category, const char *name);

/* Attempts of a class of their own, and those that one layer alone holds for a reason. */
struct drill_special {
	const char *attempt; /* with ':' at its end: all whose names begin so */
	const char *class;   /* NULL: its category's */
	/* Why one layer is all; docs/layers.md has the same words; NULL: two do. */
	const char *reason;
	/* Does that hold for @service, as this kernel lets it be planned?  NULL: everywhere. */
	bool (*here)(const struct plan_service *service);
};

const struct drill_special *drill_specials(size_t *count);

/* Why one layer is all that holds attempt @name of @service; NULL: no reason is known. */
const char *drill_reason(
	const char *category, const char *name, const struct plan_service *service);
