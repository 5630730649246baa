/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Are the rules of the namespace that the caller is in those that were planned? */

#include "base/where.h"

struct fault;

/*
 * @table of family inet, or all that there is (NULL), against @rules: both as nft lists
 * them, the latter from a namespace that was made for it.  0: the same; 1: not, with
 * the first difference in @why; negative: cannot tell.  @rules NULL: no memory.
 */
int enforce_network_compare_rules(
	const char *rules, const char *table, struct where where, struct fault *why);
