/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/variable.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/node.h"
#include "policy/reader.h"
#include "policy/reading.h"

enum { MOST_NAMES = 256 };

/* A text that grows in place. */
struct output {
	struct policy_reading *reading;
	char *text;
	size_t length, room;
};

static bool put(struct output *out, const char *text, size_t length)
{
	if (out->length + length >= POLICY_WORD_BYTES)
		return false;
	if (out->length + length + 1 > out->room) {
		size_t room = (out->length + length + 1) * 2;
		char *grown = arena_alloc(out->reading->arena, room);

		if (out->length)
			memcpy(grown, out->text, out->length);
		out->text = grown;
		out->room = room;
	}
	memcpy(out->text + out->length, text, length);
	out->length += length;
	out->text[out->length] = '\0';
	return true;
}

static bool variable_name(const char *text, size_t length)
{
	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') ||
			    text[i] == '_' || text[i] == '-' ||
			    (i > 0 && text[i] >= '0' && text[i] <= '9')))
			return false;
	return true;
}

/* The place of byte @offset of a word that stands on one line. */
static struct where inside(const struct policy_node *node, size_t offset)
{
	struct where where = node->where;

	if (node->width > 1 && offset < node->width)
		where.column += (unsigned)offset + !node->plain;
	return where;
}

static void unknown_variable(struct policy_reading *reading, const struct policy_node *node,
	size_t offset, const char *name, size_t length)
{
	const char *names[MOST_NAMES];
	size_t count = 0;
	struct report_entry *entry = policy_error_at(reading, inside(node, offset),
		(unsigned)length + 3, "unknown variable '${%.*s}'", (int)length, name);
	const struct policy_node *vars = map_find(reading->variables, "", 0);

	if (reading->in_role) {
		report_hint(reading->report, entry,
			"a role has no variables: give the value in the service");
		return;
	}
	if (vars)
		policy_each(child, vars) if (count < MOST_NAMES) names[count++] = child->key;
	report_hint(reading->report, entry, "give it in vars: {%.*s: …}", (int)length, name);
	policy_did_you_mean(
		reading, entry, arena_text_length(reading->arena, name, length), names, count);
}

static bool put_secret(struct output *out, const struct policy_node *node, size_t offset,
	const char *name, size_t length, bool secrets)
{
	if (secrets)
		return put(out, name - 2, length + 3);
	report_hint(out->reading->report,
		policy_error_at(out->reading, inside(node, offset), (unsigned)length + 3,
			"'${%.*s}' may stand only in a service's environment", (int)length, name),
		"a secret is never part of a path, a command or another key");
	return false;
}

/* @name is what stands between the braces. */
static bool put_value(struct output *out, const struct policy_node *node, size_t offset,
	const char *name, size_t length, bool secrets)
{
	if (length > 7 && strncmp(name, "secret:", 7) == 0)
		return put_secret(out, node, offset, name, length, secrets);
	const char *value = out->reading->in_role || !variable_name(name, length)
				    ? NULL
				    : map_find(out->reading->variables, name, length);
	if (!value) {
		unknown_variable(out->reading, node, offset, name, length);
		return false;
	}
	return put(out, value, strlen(value));
}

/* One step from @at, where a dollar stands; moves @at past what it took. */
static bool step(struct output *out, const struct policy_node *node, const char **at, bool secrets)
{
	const char *text = *at;
	size_t offset = (size_t)(text - node->text);

	if (strncmp(text, "$${secret:", 10) == 0) {
		policy_error_at(out->reading, inside(node, offset), 10,
			"a literal ${secret: cannot be written");
		return false;
	}
	if (strncmp(text, "$${", 3) == 0) {
		*at = text + 3;
		return put(out, "${", 2);
	}
	if (text[1] != '{') {
		*at = text + 1;
		return put(out, "$", 1);
	}
	const char *close = strchr(text, '}');
	if (!close) {
		report_hint(out->reading->report,
			policy_error_at(
				out->reading, inside(node, offset), 2, "'${' has no closing brace"),
			"write $${ for a literal ${");
		return false;
	}
	*at = close + 1;
	return put_value(out, node, offset, text + 2, (size_t)(close - text) - 2, secrets);
}

const char *policy_expand(
	struct policy_reading *reading, const struct policy_node *node, bool secrets)
{
	struct output out = {.reading = reading};
	const char *at = node->text, *dollar;
	size_t errors = reading->errors;

	if (!strstr(at, "${"))
		return at;
	while ((dollar = strchr(at, '$'))) {
		bool good = put(&out, at, (size_t)(dollar - at));

		at = dollar;
		if (good && step(&out, node, &at, secrets))
			continue;
		if (reading->errors == errors)
			policy_error(
				reading, node, "the value is too long once variables are put in");
		return NULL;
	}
	if (!put(&out, at, strlen(at))) {
		policy_error(reading, node, "the value is too long once variables are put in");
		return NULL;
	}
	return out.text;
}

const char *policy_any_text(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->kind == POLICY_WORD)
		return policy_expand(reading, node, false);
	if (node->kind != POLICY_BROKEN)
		policy_show_form(
			reading, policy_error(reading, node, "%s must be a single value, not a %s",
					 policy_label(reading, node),
					 node->kind == POLICY_LIST ? "list" : "map"));
	return NULL;
}

void policy_read_variables(
	struct policy_reading *reading, const struct policy_node *node, void *nothing)
{
	(void)nothing;
	if (node->kind != POLICY_MAP) {
		policy_error(reading, node, "'vars' must be a map of names and values");
		return;
	}
	*map_slot(reading->variables, "", 0) = (void *)node;
	policy_each(child, node)
	{
		if (!variable_name(child->key, strlen(child->key))) {
			report_hint(reading->report,
				policy_key_error(reading, child,
					"'%s' is not a name for a variable", child->key),
				"letters, digits, _ and -, a letter first");
			continue;
		}
		const char *value = policy_any_text(reading, child);
		/* After a mistake the name stays known, so that it is reported once. */
		*map_slot(reading->variables, child->key, strlen(child->key)) =
			(void *)(value ? value : "");
	}
}
