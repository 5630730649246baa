/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The control run: an attempt with nothing to stop it, as root of this host.
 * If it fails even so, its failure under confinement proves nothing and the
 * verdict is void.
 */

#include <stddef.h>

#include "drill/need.h"

struct drill_answer;
struct drill_attempt;
struct drill_item;
struct drill_world;
struct fault;

/* The cache of struct drill_world; NULL when memory is short, and then nothing is remembered. */
struct drill_cache *drill_cache_new(void);
void drill_cache_free(struct drill_cache *cache);

int drill_control(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why);

/* The same of @items, which are swept (drill/sweep.h), in as few runs as it takes: their first is
 * that of the control run, and their answers are filled in. */
int drill_control_sweep(const struct drill_world *world, const struct drill_item *items,
	size_t count, struct fault *why);
