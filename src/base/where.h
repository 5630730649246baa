/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The place in a policy, role or environment file that something came from:
 * its origin.  Errors, plan rules, explanations and denials all carry one.
 */

#include <stdbool.h>

struct where {
	const char *file; /* borrowed from the arena of the policy or plan; NULL: no place */
	unsigned line;    /* from 1 */
	unsigned column;  /* from 1, in bytes */
};

bool where_same(struct where left, struct where right);
