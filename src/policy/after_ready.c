/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "catalog/start_right.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

static void read_forbid(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_service *service = &((struct policy_draft *)into)->service;

	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		int chosen = policy_choice(
			reading, item, catalog_start_right_names, CATALOG_START_RIGHTS);

		if (chosen < 0)
			continue;
		struct policy_start_right *added = arena_append(reading->arena,
			&service->after_ready, &service->after_ready_count, sizeof(*added));
		*added = (struct policy_start_right){
			catalog_start_right_names[chosen], reading->in_role, item->where};
	}
}

void policy_read_after_ready(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"forbid", KEY_AFTER_READY_FORBID, read_forbid},
	};

	POLICY_FIELDS(reading, node, "'after-ready'", fields, draft);
}
