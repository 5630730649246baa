/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/services.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "policy/check.h"
#include "policy/draft.h"
#include "policy/merge.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/repeat.h"
#include "policy/role.h"
#include "policy/value.h"

enum { MOST_SERVICES = 1000000 };

static const char *const reserved[] = {
	"host", "internet", "localhost", "router", "gateway", "outlet", "resolver"};

static void check_name(struct policy_reading *reading, const struct policy_node *node)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(node->key, reserved[i]) == 0)
			policy_key_error(reading, node, "'%s' is a reserved name", node->key);
	if (!policy_value_service_name(node->key, strlen(node->key)))
		report_hint(reading->report,
			policy_key_error(
				reading, node, "'%s' is not a name for a service", node->key),
			"small letters, digits and dashes, a letter first, at most 48: it is also "
			"a "
			"host name");
}

static void merge_role(struct policy_reading *reading, struct policy_draft *draft)
{
	const struct policy_text *name = &draft->service.role;
	const struct policy_draft *role =
		name->text ? policy_role(reading, draft->role_node, name->text) : NULL;

	draft->incomplete = draft->incomplete || !role;
	if (draft->environment_file) {
		struct policy_draft *lines = arena_alloc(reading->nodes, sizeof(*lines));
		lines->environment_file = draft->environment_file;
		policy_read_environment_lines(reading, lines);
		policy_drop_repeats(reading, lines);
		policy_merge_environment(reading, draft, lines);
	}
	if (role)
		policy_merge(reading, draft, role);
	else if (!name->text)
		report_hint(reading->report,
			policy_error_at(reading, draft->service.where, draft->name_width,
				"service '%s' has no role", draft->service.name),
			"write role: node, or another of nginx, php-fpm, worker, postgres, redis "
			"…");
}

static void read_service(
	struct policy_reading *reading, const struct policy_node *node, struct policy_draft *draft)
{
	draft->service.name = node->key;
	draft->service.where = policy_key_where(node);
	draft->name_width = node->key_width;
	check_name(reading, node);
	*map_slot(reading->services, node->key, strlen(node->key)) = draft;
	if (node->kind == POLICY_BROKEN) {
		draft->incomplete = true;
		return;
	}
	policy_read_service(reading, node, "a service", draft);
	if (node->kind != POLICY_MAP) {
		draft->incomplete = true;
		return;
	}
	merge_role(reading, draft);
	policy_check_service(reading, draft);
}

void policy_read_services(struct policy_reading *reading, const struct policy_node *node)
{
	size_t count = 0;

	if (node->kind != POLICY_MAP || !node->first) {
		if (node->kind != POLICY_BROKEN)
			report_hint(reading->report,
				policy_error(reading, node,
					"'services' must be a map of at least one service"),
				"write services: {web: {role: node, command: node web.js}}");
		return;
	}
	policy_each(child, node) count++;
	if (count > MOST_SERVICES) {
		policy_error(reading, node, "there are more than %d services", MOST_SERVICES);
		return;
	}
	/* Drafts never move: the map of services points at them. */
	reading->drafts = arena_alloc(reading->arena, count * sizeof(*reading->drafts));
	policy_each(child, node)
		read_service(reading, child, &reading->drafts[reading->draft_count++]);
	policy_check_edges(reading);
	policy_check_doors(reading);
	policy_check_order(reading);
}

/* In the place of the drafts, of which nobody needs the rest: they are the greatest part of a large
 * policy. */
void policy_publish_services(struct policy_reading *reading)
{
	struct policy *policy = reading->policy;
	const struct policy_draft *drafts = reading->drafts;

	policy->services = (struct policy_service *)(void *)reading->drafts;
	policy->service_count = reading->draft_count;
	for (size_t i = 0; i < policy->service_count; i++)
		memmove(&policy->services[i], &drafts[i].service, sizeof(drafts[i].service));
	reading->drafts = NULL;
	reading->draft_count = 0;
}
