/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/top.h"

#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "policy/check.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/services.h"
#include "policy/value.h"
#include "policy/variable.h"

enum { LONGEST_STACK = 32, MOST_UPSTREAM = 8 };

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
	struct prefix prefix;

	if (!text)
		return;
	if (!prefix_parse(text, strlen(text), &prefix) || prefix.family != family ||
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
	reading->policy->nat = (struct where){0};
	if (policy_choice(reading, node, gateways, 2) != 1)
		return;
	reading->policy->nat = node->where;
	policy_use(reading, KEY_GATEWAY_NAT, node->where, node->width);
}

static void read_upstream(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_texts *upstream = &reading->policy->upstream;

	(void)into;
	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		const char *text = policy_scalar(reading, item);
		struct prefix prefix;

		if (!text)
			continue;
		if (strchr(text, '/') || !prefix_parse(text, strlen(text), &prefix))
			report_hint(reading->report,
				policy_error(reading, item, "'%s' is not an address", text),
				"write upstream: [192.0.2.53, \"2001:db8::53\"]");
		else if (upstream->count == MOST_UPSTREAM)
			policy_error(reading, item, "more than %d servers", MOST_UPSTREAM);
		else
			*(struct policy_text *)arena_append(reading->arena, &upstream->items,
				&upstream->count, sizeof(*upstream->items)) =
				(struct policy_text){policy_copy(reading, text), item->where};
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
		policy_read_services(reading, parts.services);
	else
		policy_error(reading, top, "the policy has no services");
	if (parts.assertions)
		policy_check_assertions(reading, parts.assertions);
	policy_publish_services(reading);
}
