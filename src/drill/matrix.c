/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/matrix.h"

#include "base/arena.h"
#include "drill/class.h"
#include "drill/depth.h"
#include "drill/run.h"
#include "plan/depth.h"

enum { ENOUGH = 2 };

static void add_shallow(struct drill_cell *cell, const struct plan_service *service,
	const struct drill_verdict *verdict, const struct drill_depth *depth, struct arena *arena)
{
	struct drill_shallow *shallow =
		arena_append(arena, &cell->shallow, &cell->shallow_count, sizeof(*shallow));

	*shallow = (struct drill_shallow){
		.attempt = verdict->attempt,
		.sentence = verdict->sentence,
		.only = depth->count ? catalog_layer_names[depth->holds[0].layer] : NULL,
		.reason = drill_reason(verdict->category, verdict->attempt, service),
		.text = depth->end == DRILL_BOTTOM_OPEN ? arena_text(arena, depth->text) : NULL,
	};
}

static void add(struct drill_cell *cell, const struct plan_service *service,
	const struct drill_verdict *verdict, const struct drill_depth *depth, struct arena *arena)
{
	size_t parts = drill_parts(depth);

	for (size_t i = 0; i < depth->count; i++)
		cell->holds[depth->holds[i].layer]++;
	if (!cell->attempts || parts < cell->least) {
		cell->least = parts;
		cell->least_count = 0;
		cell->least_attempts = NULL;
	}
	if (parts == cell->least) {
		const char **next = arena_append(arena, &cell->least_attempts, &cell->least_count,
			sizeof(*cell->least_attempts));
		*next = verdict->attempt;
	}
	if (parts < ENOUGH)
		add_shallow(cell, service, verdict, depth, arena);
	cell->attempts++;
}

struct drill_cell *drill_cells(const struct drill_table *table, const struct plan_service *service,
	struct arena *arena, size_t *count)
{
	struct drill_cell *cells = NULL;
	size_t class_count;
	const struct plan_class *classes = plan_classes(&class_count);

	*count = 0;
	for (size_t i = 0; i < class_count; i++) {
		struct drill_cell cell = {
			.class = &classes[i], .meant = plan_class_layers(&classes[i], service)};

		for (size_t j = 0; j < table->count; j++) {
			const struct drill_verdict *verdict = &table->verdicts[j];

			if (verdict->standing == DRILL_STOPPED &&
				drill_class(verdict->category, verdict->attempt) == &classes[i])
				add(&cell, service, verdict, &table->depths[j], arena);
		}
		if (!cell.attempts)
			continue;
		struct drill_cell *next = arena_append(arena, &cells, count, sizeof(*next));
		*next = cell;
	}
	return cells;
}

size_t drill_unexplained(const struct drill_cell *cell)
{
	size_t count = 0;

	for (size_t i = 0; i < cell->shallow_count; i++)
		count += !cell->shallow[i].reason;
	return count;
}
