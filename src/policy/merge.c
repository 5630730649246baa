/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/merge.h"

#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/list.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/repeat.h"

/* The role's items that neither @own replaces nor @taken takes away, then @own. */
static void merge_list(struct policy_reading *reading, const struct policy_list *type,
	struct policy_draft *draft, const struct policy_draft *role,
	const struct policy_draft *taken)
{
	size_t own_count = policy_list_count(type, draft), count = 0;
	size_t role_count = policy_list_count(type, role);
	size_t taken_count = taken ? policy_list_count(type, taken) : 0;
	const unsigned char *from = policy_list_items(type, role);
	const void *own = policy_list_items(type, draft);

	if (role_count == 0)
		return;
	if (own_count == 0 && taken_count == 0) {
		policy_list_set(type, draft, from, role_count);
		return;
	}
	struct policy_index replaced = policy_index(reading, type, own, own_count);
	struct policy_index removed = policy_index(
		reading, type, taken ? policy_list_items(type, taken) : NULL, taken_count);
	unsigned char *merged = arena_alloc(reading->arena, (role_count + own_count) * type->size);
	for (size_t i = 0; i < role_count; i++) {
		const unsigned char *item = from + i * type->size;
		if (!policy_index_find(reading, &replaced, item) &&
			!policy_index_find(reading, &removed, item))
			memcpy(merged + count++ * type->size, item, type->size);
	}
	if (own)
		memcpy(merged + count * type->size, own, own_count * type->size);
	policy_list_set(type, draft, merged, count + own_count);
}

static void check_taken(struct policy_reading *reading, const struct policy_list *type,
	const struct policy_draft *role, const struct policy_draft *taken)
{
	size_t count = policy_list_count(type, taken);
	const unsigned char *items = policy_list_items(type, taken);
	struct policy_index given = policy_index(
		reading, type, policy_list_items(type, role), policy_list_count(type, role));

	for (size_t i = 0; i < count; i++) {
		const void *item = items + i * type->size;
		const char *text = type->text(item);
		if (!policy_index_find(reading, &given, item))
			report_hint(reading->report,
				policy_error_at(reading, policy_list_where(type, item), 1,
					text[0] ? "role '%s' gives no %s '%s' that could be taken "
						  "away"
						: "role '%s' gives no such %s",
					role->service.role.text, type->what, text),
				"'without' takes from the role; what the service adds itself is "
				"simply left out");
	}
}

/* Single values cannot be taken away, only overridden. */
static void refuse_single(struct policy_reading *reading, const struct policy_node *without)
{
	policy_each(child, without)
	{
		bool list = false;

		for (size_t i = 0; !list && i < policy_list_types; i++)
			list = strcmp(policy_lists[i].key, child->key) == 0;
		/* About other words something was said already. */
		if (!list && policy_service_field(child->key) && strcmp(child->key, "without") != 0)
			report_hint(reading->report,
				policy_key_error(
					reading, child, "'%s' cannot be taken away", child->key),
				"it holds a single value: give another one in the service");
	}
}

static void merge_text(struct policy_text *own, const struct policy_text *role)
{
	if (!own->text)
		*own = *role;
}

static void merge_number(struct policy_number *own, const struct policy_number *role)
{
	if (!own->where.file)
		*own = *role;
}

static void merge_probe(struct policy_probe *own, const struct policy_probe *role)
{
	if (!own->where.file)
		*own = *role;
}

/* What says one thing is taken whole; `stop` says two. */
static void merge_life(struct policy_draft *draft, const struct policy_draft *role)
{
	struct policy_life *own = &draft->service.life;
	const struct policy_life *from = &role->service.life;

	merge_number(&own->instances, &from->instances);
	merge_probe(&own->ready, &from->ready);
	merge_probe(&own->healthy, &from->healthy);
	merge_number(&own->stop_signal, &from->stop_signal);
	merge_number(&own->stop_within, &from->stop_within);
	if (!own->restart_where.file) {
		own->restart = from->restart;
		own->restart_where = from->restart_where;
	}
	if (!own->reload_signal.where.file && own->reload_command.count == 0) {
		own->reload_signal = from->reload_signal;
		own->reload_command = from->reload_command;
	}
	if (!own->job.where.file) {
		own->job = from->job;
		draft->before = role->before;
	}
}

static void merge_modes(struct policy_service *own, const struct policy_service *from)
{
	if (!own->modes)
		own->modes = from->modes;
	else if (from->modes)
		for (int layer = 0; layer < LAYER_COUNT; layer++)
			if (!own->modes[layer].where.file)
				own->modes[layer] = from->modes[layer];
}

static void merge_single(struct policy_draft *draft, const struct policy_draft *role)
{
	struct policy_service *own = &draft->service;
	const struct policy_service *from = &role->service;

	if (own->command.count == 0)
		own->command = from->command;
	if (!own->user.text)
		own->group = from->group;
	merge_text(&own->user, &from->user);
	merge_text(&own->workdir, &from->workdir);
	merge_modes(own, from);
	merge_number(&own->tmp, &from->tmp);
	merge_number(&own->shm, &from->shm);
	merge_number(&own->limits.memory, &from->limits.memory);
	merge_number(&own->limits.processes, &from->limits.processes);
	merge_number(&own->limits.cpu, &from->limits.cpu);
	merge_number(&own->limits.files, &from->limits.files);
	merge_number(&own->limits.io, &from->limits.io);
	if (!own->card_data_where.file) {
		own->card_data = from->card_data;
		own->card_data_where = from->card_data_where;
	}
	merge_life(draft, role);
}

void policy_merge(
	struct policy_reading *reading, struct policy_draft *draft, const struct policy_draft *role)
{
	struct policy_draft *taken = NULL;

	if (draft->without) {
		taken = arena_alloc(reading->nodes, sizeof(*taken));
		reading->in_without = true;
		policy_read_service(reading, draft->without, "'without'", taken);
		reading->in_without = false;
		refuse_single(reading, draft->without);
	}
	for (size_t i = 0; i < policy_list_types; i++) {
		if (taken)
			check_taken(reading, &policy_lists[i], role, taken);
		merge_list(reading, &policy_lists[i], draft, role, taken);
	}
	merge_single(draft, role);
}

void policy_merge_environment(struct policy_reading *reading, struct policy_draft *draft,
	const struct policy_draft *lines)
{
	for (size_t i = 0; i < policy_list_types; i++)
		if (strcmp(policy_lists[i].key, "environment") == 0)
			merge_list(reading, &policy_lists[i], draft, lines, NULL);
}
