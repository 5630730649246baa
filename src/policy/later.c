/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/*
 * Keys that are part of the language and that this version does not enforce:
 * read for their form, so that a policy written today stays right.  The table
 * of keys decides that they are refused; nothing here does.
 */

static const char *const violations[] = {"deny", "kill", "freeze", "alert"};

#define CHOICE(reading, node, names)                                                               \
	policy_choice(reading, node, names, sizeof(names) / sizeof((names)[0]))

void policy_read_on_violation(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	(void)draft;
	if (node->kind == POLICY_LIST)
		policy_each(item, node) CHOICE(reading, item, violations);
	else
		CHOICE(reading, node, violations);
}

static void read_any_text(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	policy_scalar(reading, node);
}

void policy_read_observe(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"unit", KEY_OBSERVE_UNIT, read_any_text},
	};

	POLICY_FIELDS(reading, node, "'observe'", fields, draft);
}
