/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/variable.h"

/* A string is split at spaces: no shell, no quoting. */
static void split_command(struct policy_reading *reading, const struct policy_node *node,
	struct policy_texts *command)
{
	const char *text = policy_scalar(reading, node);

	if (text && strpbrk(text, "\"'`|<>;&$"))
		report_hint(reading->report,
			policy_error(reading, node,
				"'command' is split at spaces and nothing else: "
				"no quotes, no shell"),
			"write a list: command: [nginx, -g, daemon off;]");
	for (; text && *(text += strspn(text, " \t")); text += strcspn(text, " \t")) {
		struct policy_text *word = arena_append(
			reading->arena, &command->items, &command->count, sizeof(*word));
		word->text = arena_text_length(reading->arena, text, strcspn(text, " \t"));
		word->where = node->where;
	}
	if (text && command->count == 0)
		policy_error(reading, node, "'command' is empty");
}

static void list_command(struct policy_reading *reading, const struct policy_node *node,
	struct policy_texts *command)
{
	policy_each(item, node)
	{
		const char *text = policy_any_text(reading, item);
		if (!text)
			continue;
		struct policy_text *word = arena_append(
			reading->arena, &command->items, &command->count, sizeof(*word));
		*word = (struct policy_text){text, item->where};
	}
	if (!node->first)
		policy_error(reading, node, "'command' is empty");
}

/* A command is looked for in the service's PATH, or is an absolute path. */
static bool is_program(const char *program)
{
	return program[0] && !strstr(program, "..") && (program[0] == '/' || !strchr(program, '/'));
}

bool policy_read_command(struct policy_reading *reading, const struct policy_node *node,
	struct policy_texts *command)
{
	command->count = 0;
	if (node->kind == POLICY_WORD)
		split_command(reading, node, command);
	else if (node->kind == POLICY_LIST)
		list_command(reading, node, command);
	else
		report_hint(reading->report,
			policy_error(reading, node, "'command' must be a list or a string"),
			"write command: [nginx, -g, daemon off;]");
	if (command->count == 0)
		return false;
	if (!is_program(command->items[0].text))
		report_hint(reading->report,
			policy_error(
				reading, node, "'%s' is not a program", command->items[0].text),
			"write its absolute path, or its name alone when it is in the role's PATH");
	return true;
}
