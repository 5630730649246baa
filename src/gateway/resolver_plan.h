/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct arena;
struct gateway_resolver_config;
struct plan;

/* What the resolver of @plan is told, in @arena.  It knows an edge by its index in `outsides`. */
const struct gateway_resolver_config *gateway_resolver_plan(
	const struct plan *plan, struct arena *arena);
