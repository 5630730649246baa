/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/reading.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "policy/node.h"
#include "policy/variable.h"

enum { MOST_NAMES = 64 };

static struct report_entry *complain(struct policy_reading *reading, struct where where,
	unsigned width, const char *format, va_list arguments)
{
	static struct report_entry unseen;

	if (++reading->errors > POLICY_ERRORS)
		return &unseen;
	char *text = arena_vprintf(reading->arena, format, arguments);
	return report_add(reading->report, REPORT_ERROR, where, width, "%s", text);
}

struct report_entry *policy_error_at(
	struct policy_reading *reading, struct where where, unsigned width, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct report_entry *entry = complain(reading, where, width, format, arguments);
	va_end(arguments);
	return entry;
}

struct report_entry *policy_error(
	struct policy_reading *reading, const struct policy_node *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct report_entry *entry = complain(reading, node->where, node->width, format, arguments);
	va_end(arguments);
	return entry;
}

struct report_entry *policy_key_error(
	struct policy_reading *reading, const struct policy_node *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct report_entry *entry =
		complain(reading, policy_key_where(node), node->key_width, format, arguments);
	va_end(arguments);
	return entry;
}

void policy_did_you_mean(struct policy_reading *reading, struct report_entry *entry,
	const char *word, const char *const *names, size_t count)
{
	const char *near = text_nearest(word, names, count);

	if (near)
		report_hint(reading->report, entry, "did you mean '%s'?", near);
}

const char *policy_copy(struct policy_reading *reading, const char *text)
{
	return arena_text(reading->arena, text);
}

const char *policy_word(struct policy_reading *reading, const char *text)
{
	size_t length = strlen(text);
	const char *known = map_find(reading->words, text, length);

	if (!known) {
		known = arena_text_length(reading->arena, text, length);
		*map_slot(reading->words, known, length) = (void *)known;
	}
	return known;
}

void policy_use(
	struct policy_reading *reading, enum policy_key key, struct where where, unsigned width)
{
	const struct policy_key_entry *entry = &policy_keys[key];

	if (entry->enforcer)
		return;
	if (!reading->options->enforcing) {
		if (++reading->warnings > POLICY_ERRORS)
			return;
		report_add(reading->report, REPORT_WARNING, where, width,
			"%s is not enforced by this version", entry->name);
		return;
	}
	reading->options->unsupported++;
	policy_error_at(reading, where, width, "%s is not enforced by this version", entry->name);
}

static void unknown_key(struct policy_reading *reading, const struct policy_node *node,
	const char *what, const struct policy_field *fields, size_t count)
{
	const char *names[MOST_NAMES];
	struct report_entry *entry =
		policy_key_error(reading, node, "%s has no key '%s'", what, node->key);

	if (count > MOST_NAMES)
		count = MOST_NAMES;
	for (size_t i = 0; i < count; i++)
		names[i] = fields[i].name;
	policy_did_you_mean(reading, entry, node->key, names, count);
}

bool policy_fields(struct policy_reading *reading, const struct policy_node *node, const char *what,
	const struct policy_field *fields, size_t count, void *into)
{
	if (node->kind != POLICY_MAP) {
		if (node->kind != POLICY_BROKEN)
			policy_error(reading, node, "%s must be a map of keys and values", what);
		return false;
	}
	policy_each(child, node)
	{
		size_t i = 0;

		while (i < count && strcmp(fields[i].name, child->key) != 0)
			i++;
		if (i == count) {
			unknown_key(reading, child, what, fields, count);
			continue;
		}
		policy_use(reading, fields[i].key, policy_key_where(child), child->key_width);
		if (child->kind != POLICY_BROKEN)
			fields[i].read(reading, child, into);
	}
	return true;
}

const char *policy_label(struct policy_reading *reading, const struct policy_node *node)
{
	return node->key ? arena_printf(reading->nodes, "'%s'", node->key) : "an item";
}

bool policy_is_list(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->kind == POLICY_LIST)
		return true;
	if (node->kind == POLICY_BROKEN)
		return false;
	struct report_entry *entry =
		policy_error(reading, node, "%s must be a list", policy_label(reading, node));
	if (node->kind == POLICY_WORD && node->text[0])
		report_hint(reading->report, entry,
			strpbrk(node->text, " ,:[]{}#") ? "write it on a line of its own: - %s"
							: "write [%s]",
			node->text);
	return false;
}

const char *policy_any_text(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->kind == POLICY_WORD)
		return policy_expand(reading, node, false);
	if (node->kind != POLICY_BROKEN)
		policy_error(reading, node, "%s must be a single value, not a %s",
			policy_label(reading, node), node->kind == POLICY_LIST ? "list" : "map");
	return NULL;
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
