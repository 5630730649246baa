/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Calls that stay refused where the filter only records: what they do would
 * take the other layers with it, or the record.  Calls that no honest service
 * tries (catalog_call.never_innocent) and what guards refuse stay refused too.
 */

#include "catalog/call.h"

struct catalog_kept {
	const char *sentence;         /* what it would break */
	struct catalog_grant refused; /* when all conditions hold */
};

const struct catalog_kept *catalog_kept(size_t *count);
