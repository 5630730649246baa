/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/*
 * `ready` and `healthy`: how the supervisor asks.  That the port is one of the
 * service's own, policy_check_life() says, when its role is merged in.
 */

/* As long as any page of health is; a request with it goes out at once. */
enum { LONGEST_PATH = 512 };

static void read_port(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_probe *probe = into;
	struct policy_number number;

	if (policy_count(reading, node, 1, UINT16_MAX, &number))
		*probe = (struct policy_probe){.kind = POLICY_PROBE_PORT,
			.port = (uint16_t)number.value,
			.where = node->where};
}

/* What a request line can carry as it is written. */
static bool is_plain(const char *path)
{
	for (; *path; path++)
		if (*path <= ' ' || *path >= 0x7f)
			return false;
	return true;
}

/* ":3000/health" */
static void read_http(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_probe *probe = into;
	const char *text = policy_scalar(reading, node);
	const char *slash = text ? strchr(text, '/') : NULL;
	uint16_t port;

	if (!text)
		return;
	if (!slash || text[0] != ':' ||
		!policy_value_port(text + 1, (size_t)(slash - text) - 1, &port)) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' is not a port and a path", text),
			"write \":3000/health\"");
		return;
	}
	if (!is_plain(slash)) {
		report_hint(reading->report,
			policy_error(reading, node, "'%s' cannot stand in a request", slash),
			"write what is not a plain letter as %%20");
		return;
	}
	if (strlen(slash) > LONGEST_PATH) {
		policy_error(reading, node, "a path of more than %d characters", LONGEST_PATH);
		return;
	}
	*probe = (struct policy_probe){
		.kind = POLICY_PROBE_HTTP, .port = port, .path = slash, .where = node->where};
}

static void read_command(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_probe *probe = into;
	struct policy_texts command = {0};

	if (policy_read_command(reading, node, &command))
		*probe = (struct policy_probe){.kind = POLICY_PROBE_COMMAND,
			.command = command,
			.where = command.items[0].where};
}

static const struct policy_field fields[] = {
	{"port", KEY_PROBE_PART, read_port},
	{"http", KEY_PROBE_PART, read_http},
	{"command", KEY_PROBE_PART, read_command},
};

void policy_read_ready(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const char *const words[] = {"notify"};
	struct policy_probe *ready = &((struct policy_draft *)draft)->service.life.ready;

	if (node->kind == POLICY_WORD) {
		if (policy_choice(reading, node, words, 1) == 0)
			*ready = (struct policy_probe){
				.kind = POLICY_PROBE_NOTIFY, .where = node->where};
	} else if (POLICY_FIELDS(reading, node, "a probe", fields, ready)) {
		policy_is_single(reading, node);
	}
}

void policy_read_healthy(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_probe *healthy = &((struct policy_draft *)draft)->service.life.healthy;

	if (node->kind == POLICY_WORD && strcmp(node->text, "notify") == 0)
		policy_show_form(reading,
			policy_error(reading, node, "a service notifies once, when it is ready"));
	else if (POLICY_FIELDS(reading, node, "a probe", fields, healthy))
		policy_is_single(reading, node);
}
