/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Drills inside bulkhead's own confined processes: the gateway, the outlet, the resolver, the
 * supervisor and the init of a service. */

struct arena;
struct cli_stage;
struct drill_table;
struct drill_world;
struct fault;
struct plan_service;

int cli_drill_gateway(struct drill_world *world, const struct cli_stage *stage, struct arena *arena,
	struct drill_table *table, struct fault *why);

int cli_drill_outlet(struct drill_world *world, const struct cli_stage *stage, struct arena *arena,
	struct drill_table *table, struct fault *why);

int cli_drill_resolver(struct drill_world *world, const struct cli_stage *stage,
	struct arena *arena, struct drill_table *table, struct fault *why);

int cli_drill_supervisor(struct drill_world *world, const struct cli_stage *stage,
	struct arena *arena, struct drill_table *table, struct fault *why);

int cli_drill_init(struct drill_world *world, const struct plan_service *service,
	struct arena *arena, struct drill_table *table, struct fault *why);
