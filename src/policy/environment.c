/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"
#include "policy/variable.h"

static const char *const secret_forms[] = {"file", "env"};

static void add_variable(struct policy_reading *reading, struct policy_service *service,
	const char *name, const char *value, struct where where)
{
	struct policy_variable *variable = arena_append(reading->arena, &service->environment,
		&service->environment_count, sizeof(*variable));

	*variable = (struct policy_variable){name, value, where};
}

/* `without: {environment: [NAME]}`: names alone. */
static void read_names(struct policy_reading *reading, const struct policy_node *node,
	struct policy_service *service)
{
	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		const char *name = policy_scalar(reading, item);
		if (name)
			add_variable(reading, service, name, "", item->where);
	}
}

void policy_read_environment(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_service *service = &((struct policy_draft *)draft)->service;

	if (reading->in_without && node->kind == POLICY_LIST) {
		read_names(reading, node, service);
		return;
	}
	if (node->kind != POLICY_MAP) {
		struct report_entry *entry = policy_error(
			reading, node, "'environment' must be a map of names and values");
		if (node->kind == POLICY_LIST)
			report_hint(reading->report, entry, "write NAME: value, not - NAME=value");
		return;
	}
	policy_each(child, node)
	{
		if (!policy_value_variable_name(child->key)) {
			policy_key_error(reading, child,
				"'%s' is not a name for a variable of the "
				"environment",
				child->key);
			continue;
		}
		if (child->kind != POLICY_WORD) {
			policy_any_text(reading, child);
			continue;
		}
		if (child->plain && !child->text[0] && !reading->in_without)
			report_hint(reading->report,
				policy_key_error(reading, child, "'%s' has no value", child->key),
				"nothing comes from the caller: write the value, or \"\"");
		const char *value = policy_expand(reading, child, true);
		if (value)
			add_variable(reading, service, child->key, value, child->where);
	}
}

void policy_read_environment_file(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	(void)reading;
	/* Read once the role is known: its lines stand between the role's and our own. */
	((struct policy_draft *)draft)->environment_file = node;
}

static void read_from(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_secret *)into)->from = policy_path(reading, node);
}

static void read_as(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	((struct policy_secret *)into)->as_environment =
		policy_choice(reading, node, secret_forms, 2) == 1;
}

static const struct policy_field secret_fields[] = {
	{"from", KEY_SECRET_FROM, read_from},
	{"as", KEY_SECRET_AS, read_as},
};

static void add_secret(struct policy_reading *reading, const struct policy_node *node,
	struct policy_service *service)
{
	struct policy_secret secret = {.name = node->key, .where = policy_key_where(node)};

	if (!policy_value_variable_name(node->key))
		policy_key_error(reading, node, "'%s' is not a name for a secret", node->key);
	if (node->kind == POLICY_MAP) {
		POLICY_FIELDS(reading, node, "a secret", secret_fields, &secret);
		if (!policy_child(node, "from"))
			report_hint(reading->report,
				policy_key_error(
					reading, node, "secret '%s' comes from nowhere", node->key),
				"write {from: /etc/shop/db.key}");
	} else {
		secret.from = policy_path(reading, node);
	}
	if (!secret.from)
		return;
	struct policy_secret *added = arena_append(
		reading->arena, &service->secrets, &service->secret_count, sizeof(*added));
	*added = secret;
}

void policy_read_secrets(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_service *service = &((struct policy_draft *)draft)->service;

	if (reading->in_without && node->kind == POLICY_LIST) {
		policy_each(item, node)
		{
			const char *name = policy_scalar(reading, item);
			struct policy_secret *added = arena_append(reading->arena,
				&service->secrets, &service->secret_count, sizeof(*added));
			*added = (struct policy_secret){
				.name = name ? name : "", .where = item->where};
		}
		return;
	}
	if (node->kind != POLICY_MAP) {
		report_hint(reading->report,
			policy_error(reading, node, "'secrets' must be a map of names and files"),
			"write {DB_PASSWORD: /etc/shop/db.key}");
		return;
	}
	policy_each(child, node) if (child->kind != POLICY_BROKEN)
		add_secret(reading, child, service);
}
