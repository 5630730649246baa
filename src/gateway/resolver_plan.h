/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct arena;
struct gateway_resolver_config;
struct plan;

/* What the resolver of @plan is told, in @arena; its services are those that ask for names, in the
 * plan's order.  It knows an edge by its index in `outsides`. */
struct gateway_resolver_config *gateway_resolver_plan(const struct plan *plan, struct arena *arena);
