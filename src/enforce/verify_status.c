/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptor.h"
#include "enforce/capabilities.h"
#include "enforce/launch.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { MOST_TEXT = 64 * 1024 };

static const char *field(const char *text, const char *name)
{
	char line[32];

	snprintf(line, sizeof(line), "\n%s:", name);
	const char *found = strstr(text, line);
	return found ? found + strlen(line) : "";
}

static size_t read_numbers(const char *at, unsigned *numbers, size_t most)
{
	size_t count = 0;

	while (count < most) {
		at += strspn(at, " \t");
		if (*at < '0' || *at > '9')
			break;
		char *end;
		numbers[count++] = (unsigned)strtoul(at, &end, 10);
		at = end;
	}
	return count;
}

static uint64_t read_set(const char *text, const char *name)
{
	return strtoull(field(text, name), NULL, 16);
}

int enforce_verify_read_status(
	pid_t process, struct arena *arena, struct enforce_verify_status *status)
{
	char path[40];
	const char *text;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
	ssize_t length = descriptor_read(AT_FDCWD, path, MOST_TEXT, arena, &text);
	if (length < 0)
		return (int)length;
	*status = (struct enforce_verify_status){
		.inheritable = read_set(text, "CapInh"),
		.permitted = read_set(text, "CapPrm"),
		.effective = read_set(text, "CapEff"),
		.bounding = read_set(text, "CapBnd"),
		.ambient = read_set(text, "CapAmb"),
	};
	status->group_count = read_numbers(field(text, "Groups"), status->groups, 64);
	read_numbers(field(text, "NoNewPrivs"), &status->no_new_privileges, 1);
	read_numbers(field(text, "Seccomp"), &status->seccomp, 1);
	/* Since 5.9; where it is missing the mode alone says that there is one. */
	if (read_numbers(field(text, "Seccomp_filters"), &status->filters, 1) == 0)
		status->filters = status->seccomp == 2;
	if (read_numbers(field(text, "Uid"), status->uids, 4) == 4 &&
		read_numbers(field(text, "Gid"), status->gids, 4) == 4)
		return 0;
	return -EIO;
}

/* All four of the ids a process has. */
static bool all_are(const unsigned ids[4], long wanted)
{
	for (int i = 0; i < 4; i++)
		if ((long)ids[i] != wanted)
			return false;
	return true;
}

static bool map_is(const struct enforce_verify_context *context, const char *file,
	const struct plan_extent *extents, size_t count)
{
	unsigned numbers[3];
	char path[40];
	const char *text;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)context->process, file);
	if (descriptor_read(AT_FDCWD, path, MOST_TEXT, context->arena, &text) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (read_numbers(text, numbers, 3) != 3 || numbers[0] != extents[i].inside ||
			numbers[1] != extents[i].outside || numbers[2] != extents[i].count)
			return false;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text == '\0';
}

static bool in_groups(const struct plan_identity *identity, unsigned group)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (enforce_outside(identity->gids, identity->gid_count, identity->groups[i]) ==
			(long)group)
			return true;
	return enforce_outside(identity->gids, identity->gid_count, identity->gid) == (long)group;
}

void enforce_verify_identity(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_identity *identity = &context->service->identity;
	const struct enforce_verify_status *status = &context->status;
	long uid = enforce_outside(identity->uids, identity->uid_count, identity->uid);
	long gid = enforce_outside(identity->gids, identity->gid_count, identity->gid);

	if (!all_are(status->uids, uid) || !all_are(status->gids, gid)) {
		enforce_verify_say(verdict, ENFORCE_WEAKER, identity->where,
			"runs as uid %u gid %u, planned are %ld and %ld", status->uids[1],
			status->gids[1], uid, gid);
		return;
	}
	for (size_t i = 0; i < status->group_count; i++)
		if (!in_groups(identity, status->groups[i])) {
			enforce_verify_say(verdict, ENFORCE_WEAKER, identity->where,
				"is in group %u, which is not planned", status->groups[i]);
			return;
		}
	if (!map_is(context, "uid_map", identity->uids, identity->uid_count) ||
		!map_is(context, "gid_map", identity->gids, identity->gid_count)) {
		enforce_verify_say(verdict, ENFORCE_WEAKER, identity->where,
			"its id maps are not those of the plan");
		return;
	}
	enforce_verify_say(verdict, ENFORCE_ENFORCED, identity->where, "uid %ld, 0 inside is %u",
		uid, identity->init_id);
}

void enforce_verify_capabilities(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const struct enforce_verify_status *status = &context->status;
	uint64_t planned = enforce_capability_set(service);
	uint64_t held = status->inheritable | status->permitted | status->effective |
			status->bounding | status->ambient;
	struct where where =
		service->capability_count ? service->capabilities[0].where : service->where;

	const struct plan_audit *audit = plan_audit(service, LAYER_CAPABILITIES);

	if (held & ~planned)
		enforce_verify_say(verdict, ENFORCE_WEAKER, where,
			"holds %#" PRIx64 ", planned are %#" PRIx64, held, planned);
	else if (!status->no_new_privileges)
		enforce_verify_say(verdict, ENFORCE_WEAKER, where, "no_new_privs is not set");
	else if (audit)
		enforce_verify_say(verdict, ENFORCE_WEAKER, audit->where,
			"audit: %#" PRIx64 " in its own user namespace; nothing records their use",
			planned);
	else if (planned)
		enforce_verify_say(verdict, ENFORCE_ENFORCED, where,
			"%#" PRIx64 " in its own user namespace, no_new_privs", planned);
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, where, "none, no_new_privs");
}

/* Does the kernel log what filters let through with a log?  It can be switched off. */
static bool kernel_logs(struct arena *arena)
{
	const char *text;

	return descriptor_read(AT_FDCWD, "/proc/sys/kernel/seccomp/actions_logged", MOST_TEXT,
		       arena, &text) > 0 &&
	       strstr(text, "log");
}

void enforce_verify_seccomp(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct enforce_verify_status *status = &context->status;
	const struct plan_service *service = context->service;
	const struct plan_audit *audit = plan_audit(service, LAYER_SECCOMP);
	struct where where = service->where;

	if (status->seccomp != 2 || status->filters == 0)
		enforce_verify_say(verdict, ENFORCE_ABSENT, where, "no filter");
	else if (audit)
		enforce_verify_say(verdict, ENFORCE_WEAKER, audit->where,
			kernel_logs(context->arena)
				? "audit: lets through and logs (journalctl -k -g type=1326)"
				: "audit: lets through, and kernel.seccomp.actions_logged has no "
				  "log");
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, where,
			"%u filter%s, as loaded at launch: none can be changed or taken off",
			status->filters, status->filters == 1 ? "" : "s");
}
