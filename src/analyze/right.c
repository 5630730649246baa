/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "analyze/explainer.h"
#include "base/arena.h"
#include "base/record.h"
#include "base/text.h"

static const struct record_field right_fields[] = {
	RECORD_ITEM_ENUM(struct analyze_right, layer, catalog_layer_names),
	RECORD_ITEM(struct analyze_right, RECORD_TEXT, right),
	RECORD_ITEM(struct analyze_right, RECORD_TEXT, what),
	RECORD_ITEM(struct analyze_right, RECORD_TEXT, why),
	RECORD_ITEM(struct analyze_right, RECORD_BOOL, from_role),
	RECORD_ITEM(struct analyze_right, RECORD_BOOL, absent),
	RECORD_ITEM(struct analyze_right, RECORD_WHERE, where),
};
static const struct record_type right_type = RECORD_TYPE(struct analyze_right, right_fields);
static const struct record_field fact_fields[] = {
	RECORD_ITEM(struct analyze_fact, RECORD_TEXT, what),
	RECORD_ITEM(struct analyze_fact, RECORD_TEXT, text),
	RECORD_ITEM(struct analyze_fact, RECORD_BOOL, from_role),
	RECORD_ITEM(struct analyze_fact, RECORD_WHERE, where),
};
static const struct record_type fact_type = RECORD_TYPE(struct analyze_fact, fact_fields);
static const struct record_field wall_fields[] = {
	RECORD_ITEM(struct analyze_wall, RECORD_TEXT, class),
	RECORD_ITEM(struct analyze_wall, RECORD_TEXT, sentence),
	RECORD_ITEM_ARRAY(struct analyze_wall, RECORD_TEXTS, layers, layer_count),
};
static const struct record_type wall_type = RECORD_TYPE(struct analyze_wall, wall_fields);

static const struct record_field rights_fields[] = {
	RECORD_ITEM(struct analyze_rights, RECORD_TEXT, service),
	RECORD_ITEM(struct analyze_rights, RECORD_TEXT, role),
	RECORD_ITEM(struct analyze_rights, RECORD_WHERE, where),
	RECORD_ITEM_LIST(struct analyze_rights, rights, right_count, &right_type),
	RECORD_ITEM_LIST(struct analyze_rights, life, life_count, &fact_type),
	RECORD_ITEM_LIST(struct analyze_rights, walls, wall_count, &wall_type),
};
const struct record_type analyze_rights_record = RECORD_TYPE(struct analyze_rights, rights_fields);

struct analyze_right *analyze_right(struct explainer *explainer, enum layer layer,
	const char *right, struct where where, const char *format, ...)
{
	struct analyze_rights *rights = explainer->rights;
	struct analyze_right *entry = arena_append(
		explainer->arena, &rights->rights, &rights->right_count, sizeof(*entry));
	va_list arguments;

	entry->layer = layer;
	entry->right = right;
	entry->where = where;
	va_start(arguments, format);
	entry->what = arena_vprintf(explainer->arena, format, arguments);
	va_end(arguments);
	return entry;
}

void analyze_right_joined(struct explainer *explainer, enum layer layer, const char *right,
	struct where where, const char *what)
{
	struct analyze_rights *rights = explainer->rights;

	for (size_t i = rights->right_count; i-- > 0;) {
		struct analyze_right *entry = &rights->rights[i];

		if (entry->layer != layer || !text_equal(entry->right, right) ||
			!where_same(entry->where, where))
			continue;
		entry->what = arena_printf(explainer->arena, "%s, %s", entry->what, what);
		return;
	}
	analyze_right(explainer, layer, right, where, "%s", what);
}
