/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include "catalog/call.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* What a service may be refused: the calls and paths that its program tries and does without
 * (`expected`), and the features of this kernel that it starts without (`accept-missing`). */

static void unknown_call(
	struct policy_reading *reading, const struct policy_node *node, const char *text)
{
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);
	const char **names = arena_alloc(reading->nodes, (count + 1) * sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = calls[i].name;
	policy_did_you_mean(reading, policy_error(reading, node, "'%s' is not a system call", text),
		text, names, count);
}

static void read_call(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);

	if (!text)
		return;
	const struct catalog_call *call = catalog_call(text);
	if (call)
		((struct policy_expected *)into)->call = call->name;
	else
		unknown_call(reading, node, text);
}

static void read_path(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_expected *)into)->path = policy_path(reading, node);
}

static void read_why(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_expected *)into)->why = policy_scalar(reading, node);
}

static bool read_item(struct policy_reading *reading, const struct policy_node *item,
	struct policy_expected *expected)
{
	static const struct policy_field fields[] = {
		{"call", KEY_EXPECTED_PART, read_call},
		{"path", KEY_EXPECTED_PART, read_path},
		{"why", KEY_EXPECTED_PART, read_why},
	};

	if (!POLICY_FIELDS(reading, item, "an expected refusal", fields, expected))
		return false;
	if (!policy_child(item, "call") == !policy_child(item, "path"))
		policy_show_form(
			reading, policy_error(reading, item,
					 "an expected refusal names either a 'call' or a 'path'"));
	if (!policy_child(item, "why") && !reading->in_without)
		policy_show_form(
			reading, policy_error(reading, item, "an expected refusal needs 'why'"));
	return !expected->call != !expected->path;
}

void policy_read_expected(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_service *service = &((struct policy_draft *)draft)->service;

	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		struct policy_expected expected = {.where = item->where};

		if (read_item(reading, item, &expected))
			*(struct policy_expected *)arena_append(reading->arena, &service->expected,
				&service->expected_count, sizeof(expected)) = expected;
	}
}

/* Which names there are the machine's reader knows: the planner checks them. */
void policy_read_accept_missing(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_read_texts(reading, node, &((struct policy_draft *)draft)->service.accept_missing);
}
