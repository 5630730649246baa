/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a service wishes for: the rights about system calls that its lines ask for, by
 * name, before guards and numbers.  The first step of plan_calls().
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"
#include "catalog/call.h"

struct arena;
struct policy_service;
struct report;

/* A right that some line asked for, before guards and numbers. */
struct plan_wish {
	struct catalog_grant grant;
	struct where where;
	bool denied;
};

struct plan_wishes {
	const struct policy_service *from;
	struct arena *arena;
	struct report *report;
	enum catalog_arch arch;
	struct plan_wish *items;
	size_t count;
	bool writes, no_code; /* as catalog_guard() asks */
};

/* Collect all that `allow`, edges, programs, users and `ready` ask for. */
void plan_wish_all(struct plan_wishes *wishes);

/* Take away @name, a call or a group. */
void plan_wish_deny(struct plan_wishes *wishes, const char *name);

/* The first wish that is left of group @name, or NULL. */
const struct plan_wish *plan_wish_granted(const struct plan_wishes *wishes, const char *name);

/* May it make processes, by what is left? */
bool plan_wish_creates_processes(const struct plan_wishes *wishes);
