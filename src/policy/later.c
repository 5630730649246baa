/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/arena.h"
#include "catalog/layer.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"
#include "policy/variable.h"

/*
 * Keys that are part of the language and that this version does not enforce:
 * read for their form, so that a policy written today stays right.  The table
 * of keys decides that they are refused; nothing here does.
 */

static const char *const signals[] = {
	"TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL"};
static const char *const restarts[] = {"always", "on-failure", "never"};
static const char *const modes[] = {"enforce", "audit"};
static const char *const violations[] = {"deny", "kill", "freeze", "alert"};
static const char *const start_rights[] = {"execute", "listen", "connect-new", "fork", "write"};
static const char *const probes[] = {"notify"};

#define CHOICE(reading, node, names)                                                               \
	policy_choice(reading, node, names, sizeof(names) / sizeof((names)[0]))

static void read_duration(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	policy_duration(reading, node, "30s, 5m, 1h or 7d");
}

static void read_signal(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	CHOICE(reading, node, signals);
}

/* A command inside one of these keys: same form as a service's own. */
static void read_any_command(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	if (node->kind == POLICY_LIST) {
		policy_each(item, node) policy_any_text(reading, item);
		if (!node->first)
			policy_error(reading, node, "'command' is empty");
	} else {
		policy_scalar(reading, node);
	}
}

/* Exactly one of the keys of @node, as these maps say one thing each. */
static void check_single(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->kind == POLICY_MAP && (!node->first || node->first->next))
		policy_error(
			reading, node, "%s says exactly one thing", policy_label(reading, node));
}

void policy_read_instances(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_number number;

	(void)draft;
	policy_count(reading, node, 1, 1000, &number);
}

/* "03:15" */
static void read_clock(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);

	(void)into;
	if (!text)
		return;
	bool good = strlen(text) == 5 && text[2] == ':' && strspn(text, "0123456789") == 2 &&
		    strspn(text + 3, "0123456789") == 2 &&
		    (text[0] - '0') * 10 + text[1] - '0' < 24 && text[3] < '6';
	if (!good)
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a time of day", text),
			"write \"03:15\"");
}

static void read_before(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_read_texts(reading, node, &((struct policy_draft *)into)->before);
}

void policy_read_job(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"every", KEY_JOB_PART, read_duration},
		{"at", KEY_JOB_PART, read_clock},
		{"before", KEY_JOB_PART, read_before},
	};

	if (POLICY_FIELDS(reading, node, "'job'", fields, draft))
		check_single(reading, node);
}

static void read_probe_port(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_number number;

	(void)into;
	policy_count(reading, node, 1, UINT16_MAX, &number);
}

/* ":3000/health" */
static void read_probe_http(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *text = policy_scalar(reading, node);
	const char *slash = text ? strchr(text, '/') : NULL;
	uint16_t port;

	(void)into;
	if (!text)
		return;
	if (!slash || text[0] != ':' ||
		!policy_value_port(text + 1, (size_t)(slash - text) - 1, &port))
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a port and a path", text),
			"write \":3000/health\"");
}

void policy_read_probe(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"port", KEY_PROBE_PART, read_probe_port},
		{"http", KEY_PROBE_PART, read_probe_http},
		{"command", KEY_PROBE_PART, read_any_command},
	};

	if (node->kind == POLICY_WORD)
		CHOICE(reading, node, probes);
	else if (POLICY_FIELDS(reading, node, "a probe", fields, draft))
		check_single(reading, node);
}

static void read_forbid(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	if (policy_is_list(reading, node))
		policy_each(item, node) CHOICE(reading, item, start_rights);
}

void policy_read_after_ready(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"forbid", KEY_AFTER_READY_FORBID, read_forbid},
	};

	POLICY_FIELDS(reading, node, "'after-ready'", fields, draft);
}

void policy_read_stop(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"signal", KEY_STOP_PART, read_signal},
		{"within", KEY_STOP_PART, read_duration},
	};

	POLICY_FIELDS(reading, node, "'stop'", fields, draft);
}

void policy_read_reload(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"signal", KEY_RELOAD_PART, read_signal},
		{"command", KEY_RELOAD_PART, read_any_command},
	};

	if (POLICY_FIELDS(reading, node, "'reload'", fields, draft))
		check_single(reading, node);
}

void policy_read_restart(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	(void)draft;
	CHOICE(reading, node, restarts);
}

void policy_read_depends_on(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_read_texts(reading, node, &((struct policy_draft *)draft)->depends_on);
}

void policy_read_mode(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	(void)draft;
	if (node->kind != POLICY_MAP) {
		CHOICE(reading, node, modes);
		return;
	}
	policy_each(child, node)
	{
		if (catalog_layer(child->key) < 0)
			policy_did_you_mean(reading,
				policy_key_error(reading, child, "'%s' is not a layer", child->key),
				child->key, catalog_layer_names, LAYER_COUNT);
		CHOICE(reading, child, modes);
	}
}

void policy_read_on_violation(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	(void)draft;
	if (node->kind == POLICY_LIST)
		policy_each(item, node) CHOICE(reading, item, violations);
	else
		CHOICE(reading, node, violations);
}

static void read_any_path(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	policy_path(reading, node);
}

static void read_any_text(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	(void)into;
	policy_scalar(reading, node);
}

void policy_read_expected(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"call", KEY_EXPECTED_PART, read_any_text},
		{"path", KEY_EXPECTED_PART, read_any_path},
		{"why", KEY_EXPECTED_PART, read_any_text},
	};

	if (!policy_is_list(reading, node))
		return;
	policy_each(item, node)
	{
		if (!POLICY_FIELDS(reading, item, "an expected refusal", fields, draft))
			continue;
		if (!policy_child(item, "call") == !policy_child(item, "path"))
			policy_error(reading, item,
				"an expected refusal names either a 'call' or a 'path'");
		if (!policy_child(item, "why"))
			policy_error(reading, item, "an expected refusal needs 'why'");
	}
}

void policy_read_accept_missing(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_texts names = {0};

	(void)draft;
	policy_read_texts(reading, node, &names);
}

void policy_read_observe(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"unit", KEY_OBSERVE_UNIT, read_any_text},
	};

	POLICY_FIELDS(reading, node, "'observe'", fields, draft);
}
