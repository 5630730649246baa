/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/top.h"

#include <string.h>
#include <sys/socket.h>

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
#include "policy/variable.h"

enum { LONGEST_STACK = 32, MOST_SERVICES = 1000000 };

static const char *const reserved[] = {
	"host", "internet", "localhost", "router", "gateway", "outlet"};
static const char *const gateways[] = {"relay", "nat"};

/* What the top level says, beside the services. */
struct top {
	struct policy_reading *reading;
	const struct policy_node *services, *assertions;
};

static void skip(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	/* Version, variables and includes were seen before anything was put together. */
	(void)reading, (void)node, (void)into;
}

static void read_stack(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);

	(void)into;
	if (!text)
		return;
	if (!policy_value_service_name(text, strlen(text)) || strlen(text) > LONGEST_STACK)
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a name for a stack", text),
			"small letters, digits and dashes, a letter first, at most %d",
			LONGEST_STACK);
	reading->policy->stack = text;
	reading->policy->where = node->where;
}

static void read_prefix(struct policy_reading *reading, const struct policy_node *node, int family,
	unsigned least, unsigned most, struct policy_text *into)
{
	const char *text = policy_scalar(reading, node);
	struct policy_prefix prefix;

	if (!text)
		return;
	if (!policy_address_parse(text, strlen(text), &prefix) || prefix.family != family ||
		prefix.bits < least || prefix.bits > most) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a range for the stack", text),
			family == AF_INET ? "write a range of /%u to /%u: 198.18.4.0/24"
					  : "write a range of /%u to /%u: fd12:3456:789a::/64",
			least, most);
		return;
	}
	*into = (struct policy_text){text, node->where};
}

static void read_ipv4(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_prefix(reading, node, AF_INET, 8, 28, &((struct policy_addresses *)into)->ipv4);
}

static void read_ipv6(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_prefix(reading, node, AF_INET6, 48, 112, &((struct policy_addresses *)into)->ipv6);
}

static void read_addresses(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const struct policy_field fields[] = {
		{"ipv4", KEY_ADDRESSES_FAMILY, read_ipv4},
		{"ipv6", KEY_ADDRESSES_FAMILY, read_ipv6},
	};

	(void)into;
	POLICY_FIELDS(reading, node, "'addresses'", fields, &reading->policy->addresses);
}

static void read_gateway(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	if (policy_choice(reading, node, gateways, 2) == 1)
		policy_use(reading, KEY_GATEWAY_NAT, node->where, node->width);
}

static void read_upstream(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		const char *text = policy_scalar(reading, item);
		struct policy_prefix prefix;
		if (text &&
			(strchr(text, '/') || !policy_address_parse(text, strlen(text), &prefix)))
			policy_error(reading, item, "'%s' is not an address", text);
	}
}

static void read_resolver(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const struct policy_field fields[] = {
		{"upstream", KEY_RESOLVER_PART, read_upstream},
	};

	POLICY_FIELDS(reading, node, "'resolver'", fields, into);
}

static void read_consent(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	bool consent;

	(void)into;
	policy_bool(reading, node, &consent);
}

static void read_retention(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_number seconds;

	(void)into;
	policy_duration(reading, node, "30d", &seconds);
}

static void read_feeds(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_texts feeds = {0};

	(void)into;
	policy_read_texts(reading, node, &feeds);
}

static void read_noise(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_number number;

	(void)into;
	policy_count(reading, node, 0, 1000000, &number);
}

static void read_observe(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	static const struct policy_field fields[] = {
		{"audit", KEY_OBSERVE_PART, read_consent},
		{"retention", KEY_OBSERVE_PART, read_retention},
		{"feeds", KEY_OBSERVE_PART, read_feeds},
		{"noise", KEY_OBSERVE_PART, read_noise},
	};

	POLICY_FIELDS(reading, node, "'observe'", fields, into);
}

static void remember_services(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)reading;
	((struct top *)into)->services = node;
}

static void remember_assertions(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)reading;
	((struct top *)into)->assertions = node;
}

static const struct policy_field top_fields[] = {
	{"bulkhead", KEY_BULKHEAD, skip},
	{"stack", KEY_STACK, read_stack},
	{"vars", KEY_VARS, skip},
	{"include", KEY_INCLUDE, skip},
	{"services", KEY_SERVICES, remember_services},
	{"assert", KEY_ASSERT, remember_assertions},
	{"addresses", KEY_ADDRESSES, read_addresses},
	{"gateway", KEY_GATEWAY, read_gateway},
	{"resolver", KEY_RESOLVER, read_resolver},
	{"observe", KEY_OBSERVE_HOST, read_observe},
};

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

static void read_services(struct policy_reading *reading, const struct policy_node *node)
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
	reading->drafts = arena_alloc(reading->nodes, count * sizeof(*reading->drafts));
	policy_each(child, node)
		read_service(reading, child, &reading->drafts[reading->draft_count++]);
	policy_check_edges(reading);
	policy_check_doors(reading);
	policy_check_order(reading);
}

static void publish_services(struct policy_reading *reading)
{
	struct policy *policy = reading->policy;

	policy->service_count = reading->draft_count;
	policy->services =
		arena_alloc(reading->arena, (reading->draft_count + 1) * sizeof(*policy->services));
	for (size_t i = 0; i < reading->draft_count; i++)
		policy->services[i] = reading->drafts[i].service;
}

void policy_read_top(struct policy_reading *reading, const struct policy_node *top)
{
	struct top parts = {.reading = reading};
	const struct policy_node *variables = policy_child(top, "vars");

	if (variables && variables->kind != POLICY_BROKEN)
		policy_read_variables(reading, variables, NULL);
	POLICY_FIELDS(reading, top, "a policy", top_fields, &parts);
	if (!reading->policy->stack)
		report_hint(reading->report,
			policy_error(reading, top, "the policy does not name its stack"),
			"write stack: shop");
	if (parts.services)
		read_services(reading, parts.services);
	else
		policy_error(reading, top, "the policy has no services");
	if (parts.assertions)
		policy_check_assertions(reading, parts.assertions);
	publish_services(reading);
}
