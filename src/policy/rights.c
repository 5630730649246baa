/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <strings.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "catalog/capability.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"

enum { MOST_CAPABILITIES = 64 };

static void unknown_capability(
	struct policy_reading *reading, const struct policy_node *item, const char *text)
{
	const char *names[MOST_CAPABILITIES];
	size_t count = catalog_capability_count();
	struct report_entry *entry = policy_error(reading, item, "unknown capability '%s'", text);
	bool bare = strncasecmp(text, "cap_", 4) != 0;

	if (count > MOST_CAPABILITIES)
		count = MOST_CAPABILITIES;
	for (size_t i = 0; i < count; i++)
		names[i] = catalog_capability((unsigned)i)->name;
	policy_did_you_mean(reading, entry,
		bare ? arena_printf(reading->nodes, "CAP_%s", text) : text, names, count);
}

void policy_read_capabilities(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_texts *texts = &((struct policy_draft *)into)->service.capabilities;

	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		const char *text = policy_scalar(reading, item);
		int number = text ? catalog_capability_number(text) : -1;

		if (!text)
			continue;
		if (number < 0) {
			unknown_capability(reading, item, text);
			continue;
		}
		const struct catalog_capability *capability = catalog_capability((unsigned)number);
		if (capability->useless && !reading->in_without) {
			report_hint(reading->report,
				policy_error(reading, item, "%s can do nothing for a service here",
					capability->name),
				"%s", capability->useless);
			continue;
		}
		struct policy_text *added =
			arena_append(reading->arena, &texts->items, &texts->count, sizeof(*added));
		*added = (struct policy_text){capability->name, item->where};
	}
}

static void unknown_call(
	struct policy_reading *reading, const struct policy_node *item, const char *text)
{
	size_t call_count, group_count;
	const struct catalog_call *calls = catalog_calls(&call_count);
	const struct catalog_group *groups = catalog_groups(&group_count);
	const char **names =
		arena_alloc(reading->nodes, (call_count + group_count + 1) * sizeof(*names));
	struct report_entry *entry = policy_error(
		reading, item, "'%s' is neither a system call nor a group of them", text);

	if (reading->errors > POLICY_ERRORS)
		return;
	if (text[0] == '@')
		text++;
	for (size_t i = 0; i < group_count; i++)
		names[i] = groups[i].name;
	for (size_t i = 0; i < call_count; i++)
		names[group_count + i] = calls[i].name;
	policy_did_you_mean(reading, entry, text, names, call_count + group_count);
}

static void read_calls(
	struct policy_reading *reading, const struct policy_node *node, struct policy_texts *texts)
{
	size_t before = texts->count;

	policy_read_texts(reading, node, texts);
	if (node->kind != POLICY_LIST || texts->count == before)
		return;
	policy_each(item, node) if (item->kind == POLICY_WORD && item->text[0] &&
				    !catalog_call(item->text) && !catalog_group(item->text))
		unknown_call(reading, item, item->text);
}

static void read_allow(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_calls(reading, node, &((struct policy_draft *)into)->service.allow);
}

static void read_deny(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_calls(reading, node, &((struct policy_draft *)into)->service.deny);
}

static const struct policy_field syscall_fields[] = {
	{"allow", KEY_SYSCALLS_ALLOW, read_allow},
	{"deny", KEY_SYSCALLS_DENY, read_deny},
};

void policy_read_syscalls(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	POLICY_FIELDS(reading, node, "'syscalls'", syscall_fields, into);
}
