/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of drill_make(), by what is not declared. */

#include <stddef.h>

#include "drill/made.h"

struct drill_maker {
	const struct drill_world *world;
	const struct plan_service *service;
	struct arena *arena;
	struct drill_attempt *rows;
	size_t count;
};

/* One more attempt, called @name. */
void drill_maker_add(struct drill_maker *maker, const char *name, const char *sentence,
	const struct drill_recipe *made);

/* Is @path of the host, or anything in it or above it, in the view of @service? */
bool drill_maker_views(const struct plan_service *service, const char *path);

void drill_make_paths(struct drill_maker *maker);
void drill_make_programs(struct drill_maker *maker);
void drill_make_peers(struct drill_maker *maker);
void drill_make_capabilities(struct drill_maker *maker);
void drill_make_groups(struct drill_maker *maker);
