/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/repeat.h"
#include "policy/value.h"

static void read_role(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_draft *draft = into;

	policy_read_text(reading, node, &draft->service.role);
	draft->role_node = node;
}

static void read_command(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_draft *draft = into;

	if (!policy_read_command(reading, node, &draft->service.command))
		draft->incomplete = true;
}

static const char root_named[] = "a service must not be root, nor in its group";

static void read_user(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_service *service = &((struct policy_draft *)into)->service;
	const char *text = policy_scalar(reading, node);
	const char *colon = text ? strchr(text, ':') : NULL;

	if (!text)
		return;
	if (colon) {
		const char *group = policy_copy(reading, colon + 1);
		struct policy_node at = *node;

		text = arena_text_length(reading->arena, text, (size_t)(colon - text));
		size_t offset = strlen(text) + 1;
		if (node->width > offset) {
			at.where.column += (unsigned)offset + !node->plain;
			at.width = (uint16_t)strlen(group);
		}
		service->group =
			(struct policy_text){policy_account(reading, &at, group), node->where};
		if (strcmp(group, "root") == 0)
			policy_error(reading, &at, "%s", root_named);
	}
	service->user = (struct policy_text){policy_account(reading, node, text), node->where};
	if (strcmp(text, "root") == 0)
		report_hint(reading->report,
			policy_error(reading, node, "a service must not run as root"),
			"name its own user, or leave 'user' out: it gets an id of its own");
}

static void read_accounts(
	struct policy_reading *reading, const struct policy_node *node, struct policy_texts *texts)
{
	size_t before = texts->count;

	policy_read_texts(reading, node, texts);
	for (size_t i = before; i < texts->count; i++) {
		const struct policy_node at = {.where = texts->items[i].where,
			.width = (uint16_t)(strlen(texts->items[i].text) & 0xff)};
		policy_account(reading, &at, texts->items[i].text);
		if (strcmp(texts->items[i].text, "root") == 0)
			policy_error(reading, &at, "%s", root_named);
	}
}

static void read_groups(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_accounts(reading, node, &((struct policy_draft *)into)->service.groups);
}

static void read_users(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	read_accounts(reading, node, &((struct policy_draft *)into)->service.users);
}

static void read_workdir(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	const char *path = policy_path(reading, node);

	if (path)
		((struct policy_draft *)into)->service.workdir =
			(struct policy_text){path, node->where};
}

static void read_tmp(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_size(reading, node, &((struct policy_draft *)into)->service.tmp);
}

static void read_shm(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	policy_size(reading, node, &((struct policy_draft *)into)->service.shm);
}

static void read_card_data(
	struct policy_reading *reading, const struct policy_node *node, void *into)
{
	struct policy_service *service = &((struct policy_draft *)into)->service;

	if (policy_bool(reading, node, &service->card_data))
		service->card_data_where = node->where;
}

static void read_without(struct policy_reading *reading, const struct policy_node *node, void *into)
{
	if (reading->in_without)
		policy_key_error(reading, node, "'without' inside 'without' takes nothing away");
	((struct policy_draft *)into)->without = node;
}

static const struct policy_field fields[] = {
	{"role", KEY_ROLE, read_role},
	{"command", KEY_COMMAND, read_command},
	{"user", KEY_USER, read_user},
	{"workdir", KEY_WORKDIR, read_workdir},
	{"files", KEY_FILES, policy_read_files},
	{"listens", KEY_LISTENS, policy_read_listens},
	{"connects", KEY_CONNECTS, policy_read_connects},
	{"publishes", KEY_PUBLISHES, policy_read_publishes},
	{"environment", KEY_ENVIRONMENT, policy_read_environment},
	{"environment-file", KEY_ENVIRONMENT_FILE, policy_read_environment_file},
	{"secrets", KEY_SECRETS, policy_read_secrets},
	{"programs", KEY_PROGRAMS, policy_read_programs},
	{"groups", KEY_GROUPS, read_groups},
	{"users", KEY_USERS, read_users},
	{"tmp", KEY_TMP, read_tmp},
	{"shm", KEY_SHM, read_shm},
	{"capabilities", KEY_CAPABILITIES, policy_read_capabilities},
	{"syscalls", KEY_SYSCALLS, policy_read_syscalls},
	{"limits", KEY_LIMITS, policy_read_limits},
	{"instances", KEY_INSTANCES, policy_read_instances},
	{"job", KEY_JOB, policy_read_job},
	{"ready", KEY_READY, policy_read_ready},
	{"healthy", KEY_HEALTHY, policy_read_healthy},
	{"after-ready", KEY_AFTER_READY, policy_read_after_ready},
	{"stop", KEY_STOP, policy_read_stop},
	{"reload", KEY_RELOAD, policy_read_reload},
	{"restart", KEY_RESTART, policy_read_restart},
	{"depends-on", KEY_DEPENDS_ON, policy_read_depends_on},
	{"mode", KEY_MODE, policy_read_mode},
	{"on-violation", KEY_ON_VIOLATION, policy_read_on_violation},
	{"expected", KEY_EXPECTED, policy_read_expected},
	{"accept-missing", KEY_ACCEPT_MISSING, policy_read_accept_missing},
	{"without", KEY_WITHOUT, read_without},
	{"card-data", KEY_CARD_DATA, read_card_data},
	{"observe", KEY_OBSERVE, policy_read_observe},
};

const struct policy_field *policy_service_field(const char *key)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, key) == 0)
			return &fields[i];
	return NULL;
}

void policy_read_service(struct policy_reading *reading, const struct policy_node *node,
	const char *what, struct policy_draft *draft)
{
	POLICY_FIELDS(reading, node, what, fields, draft);
	policy_drop_repeats(reading, draft);
}
