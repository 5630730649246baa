/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/reading.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "policy/node.h"

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

void policy_show_form(struct policy_reading *reading, struct report_entry *entry)
{
	if (reading->form)
		report_hint(reading->report, entry, "write %s", reading->form);
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

const char *policy_label(struct policy_reading *reading, const struct policy_node *node)
{
	return node->key ? arena_printf(reading->nodes, "'%s'", node->key) : "an item";
}
