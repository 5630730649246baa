/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/explainer.h"
#include "base/arena.h"
#include "plan/depth.h"

void analyze_explain_walls(struct explainer *explainer, const struct plan_service *service)
{
	struct analyze_rights *rights = explainer->rights;
	size_t count;
	const struct plan_class *classes = plan_classes(&count);

	for (size_t i = 0; i < count; i++) {
		unsigned layers = plan_class_layers(&classes[i], service);
		struct analyze_wall *wall;

		/* What it has no right to at any time needs no end. */
		if (!layers)
			continue;
		wall = arena_append(
			explainer->arena, &rights->walls, &rights->wall_count, sizeof(*wall));
		wall->class = classes[i].name;
		wall->sentence = classes[i].sentence;
		for (int layer = 0; layer < LAYER_COUNT; layer++)
			if (layers >> layer & 1) {
				const char **next = arena_append(explainer->arena, &wall->layers,
					&wall->layer_count, sizeof(*next));
				*next = catalog_layer_names[layer];
			}
	}
}
