/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Every right that a service has, by layer, with the line that gave it.
 *
 * Rights that one line gave together (the calls of a group, the libraries of a
 * program) are one entry.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/where.h"
#include "catalog/layer.h"

struct arena;
struct plan;
struct plan_service;
struct policy;
struct record_type;

struct analyze_right {
	enum layer layer;
	const char *right; /* "read", "connect to" */
	const char *what;  /* "/etc/nginx" */
	const char *why;   /* the policy's own words; NULL: none */
	bool from_role;
	bool absent; /* `if-present`, and this machine has no such thing: no right at all */
	struct where where;
};

/* What is done with the service: nothing that it may do. */
struct analyze_fact {
	const char *what, *text; /* "ready", "when port 3000 takes a connection" */
	bool from_role;
	struct where where;
};

/* A class of attacks, and what is meant to stop it here (plan/depth.h). */
struct analyze_wall {
	const char *class, *sentence;
	const char **layers;
	size_t layer_count;
};

struct analyze_rights {
	const char *service, *role;
	struct where where;
	struct analyze_right *rights; /* by layer, then as the plan has them */
	size_t right_count;
	struct analyze_fact *life;
	size_t life_count;
	struct analyze_wall *walls;
	size_t wall_count;
};

extern const struct record_type analyze_rights_record;

/* Role files are those in one of @role_folders, or @service's role given as a path. */
struct analyze_rights *analyze_explain(const struct plan *plan, const struct policy *policy,
	const struct plan_service *service, const char *const *role_folders, size_t folder_count,
	struct arena *arena);
