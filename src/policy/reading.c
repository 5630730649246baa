/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/reading.h"

#include <string.h>

#include "base/arena.h"
#include "policy/node.h"
#include "policy/variable.h"

enum { MOST_NAMES = 64 };

static void unknown_key(struct policy_reading *reading, const struct policy_node *node,
	const char *what, const struct policy_field *fields, size_t count)
{
	const char *names[MOST_NAMES];
	struct report_entry *entry =
		policy_key_error(reading, node, "%s has no key '%s'", what, node->key);

	policy_show_form(reading, entry);
	if (count > MOST_NAMES)
		count = MOST_NAMES;
	for (size_t i = 0; i < count; i++)
		names[i] = fields[i].name;
	policy_did_you_mean(reading, entry, node->key, names, count);
}

static void read_field(struct policy_reading *reading, const struct policy_node *node,
	const struct policy_field *field, void *into)
{
	const char *outer = reading->form, *own = policy_keys[field->key].form;

	policy_use(reading, field->key, policy_key_where(node), node->key_width);
	if (own)
		reading->form = own;
	if (node->kind != POLICY_BROKEN)
		field->read(reading, node, into);
	reading->form = outer;
}

bool policy_fields(struct policy_reading *reading, const struct policy_node *node, const char *what,
	const struct policy_field *fields, size_t count, void *into)
{
	if (node->kind != POLICY_MAP) {
		if (node->kind != POLICY_BROKEN)
			policy_show_form(
				reading, policy_error(reading, node,
						 "%s must be a map of keys and values", what));
		return false;
	}
	policy_each(child, node)
	{
		size_t i = 0;

		while (i < count && strcmp(fields[i].name, child->key) != 0)
			i++;
		if (i == count)
			unknown_key(reading, child, what, fields, count);
		else
			read_field(reading, child, &fields[i], into);
	}
	return true;
}

bool policy_is_list(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->kind == POLICY_LIST)
		return true;
	if (node->kind == POLICY_BROKEN)
		return false;
	struct report_entry *entry =
		policy_error(reading, node, "%s must be a list", policy_label(reading, node));
	policy_show_form(reading, entry);
	if (node->kind == POLICY_WORD && node->text[0])
		report_hint(reading->report, entry,
			strpbrk(node->text, " ,:[]{}#") ? "write it on a line of its own: - %s"
							: "write [%s]",
			node->text);
	return false;
}

const char *policy_scalar(struct policy_reading *reading, const struct policy_node *node)
{
	const char *text = policy_any_text(reading, node);

	if (text && !text[0]) {
		policy_error(reading, node, "%s has no value", policy_label(reading, node));
		return NULL;
	}
	return text;
}

void policy_read_text(
	struct policy_reading *reading, const struct policy_node *node, struct policy_text *text)
{
	const char *value = policy_scalar(reading, node);

	if (value)
		*text = (struct policy_text){value, node->where};
}

void policy_read_texts(
	struct policy_reading *reading, const struct policy_node *node, struct policy_texts *texts)
{
	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		const char *value = policy_scalar(reading, item);
		if (!value)
			continue;
		struct policy_text *text =
			arena_append(reading->arena, &texts->items, &texts->count, sizeof(*text));
		*text = (struct policy_text){value, item->where};
	}
}
