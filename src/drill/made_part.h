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

/* Groups of ways, in the words that a report has for them. */
#define DRILL_WAYS_PAIRS "undeclared pairs"
#define DRILL_WAYS_PORTS "undeclared ports"
#define DRILL_WAYS_ROUTER "the router"
#define DRILL_WAYS_HOST "the machine's addresses"
#define DRILL_WAYS_STACKS "other stacks"

/* Somebody at a port, by the addresses that he has of IPv4 and of IPv6. */
struct drill_way {
	const char *name; /* "db", "host:192.0.2.1" */
	const char *addresses[2];
	uint32_t port;
	const char *category, *group;
	struct where where;
	const struct plan_service *to; /* of this stack; or NULL */
};

/* An attempt for each of its addresses: to connect, or to exchange datagrams. */
void drill_maker_way(struct drill_maker *maker, const struct drill_way *way, bool datagrams);

/* Is @path of the host, or anything in it or above it, in the view of @service? */
bool drill_maker_views(const struct plan_service *service, const char *path);

void drill_make_paths(struct drill_maker *maker);
void drill_make_programs(struct drill_maker *maker);
void drill_make_peers(struct drill_maker *maker);
void drill_make_around(struct drill_maker *maker);
void drill_make_capabilities(struct drill_maker *maker);
void drill_make_groups(struct drill_maker *maker);
