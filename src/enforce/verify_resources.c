/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "enforce/cgroup.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { MOST_TEXT = 64 * 1024 };

bool enforce_verify_cgroup(const struct enforce_verify_context *context, const char **folder)
{
	const char *text, *line;
	char path[40];
	const char *wanted = arena_printf(context->arena, "/bulkhead/%s/", context->plan->stack);

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)context->process);
	if (descriptor_read(AT_FDCWD, path, MOST_TEXT, context->arena, &text) < 0)
		return false;
	line = text_starts(text, "0::") ? text : strstr(text, "\n0::");
	if (!line)
		return false;
	line = strchr(line, '/');
	*folder = line ? arena_text_length(context->arena, line, strcspn(line, "\n")) : "";
	return strstr(*folder, wanted) != NULL;
}

/* Is each line what is wanted?  memory.max is rounded down to pages; a line of io.max begins with
 * a disk and goes on with what was not asked for. */
static bool line_holds(const struct plan_cgroup_limit *limit, const char *line, size_t length)
{
	unsigned long long wanted, found;
	char *end;

	if (enforce_limits_disks(limit))
		return memmem(line, length, limit->value, strlen(limit->value)) != NULL;
	if (!text_equal(limit->file, "memory.max"))
		return strlen(limit->value) == length && strncmp(line, limit->value, length) == 0;
	wanted = strtoull(limit->value, NULL, 10);
	found = strtoull(line, &end, 10);
	return end > line && found <= wanted;
}

static bool cgroup_limit_holds(const struct enforce_verify_context *context, const char *folder,
	const struct plan_cgroup_limit *limit)
{
	const char *root = enforce_cgroup_root(), *text;
	const char *path =
		arena_printf(context->arena, "%s%s/%s", root ? root : "", folder, limit->file);

	if (descriptor_read(AT_FDCWD, path, MOST_TEXT, context->arena, &text) <= 0)
		return false;
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (!line_holds(limit, text, length))
			return false;
		text += length + (text[length] == '\n');
	}
	return true;
}

/* Has its user namespace room for no more than planned?  The kernel may lack the thing counted. */
static bool user_limit_holds(
	const struct enforce_verify_context *context, const struct plan_user_limit *limit)
{
	const char *path = arena_printf(context->arena, "/proc/sys/user/%s", limit->file);
	long found =
		access(path, F_OK) < 0 ? 0 : enforce_verify_sysctl(context->process, "user", path);

	return found >= 0 && (unsigned long)found <= limit->value;
}

static bool limits_hold(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	struct rlimit now;

	for (size_t i = 0; i < service->rlimit_count; i++) {
		const struct plan_rlimit *limit = &service->rlimits[i];
		__rlimit_resource_t resource = (__rlimit_resource_t)limit->resource;

		if (prlimit(context->process, resource, NULL, &now) == 0 &&
			now.rlim_max <= limit->value)
			continue;
		enforce_verify_say(verdict, ENFORCE_WEAKER, limit->where,
			"limit %s is above the planned %" PRIu64, limit->name, limit->value);
		return false;
	}
	for (size_t i = 0; i < service->user_limit_count; i++) {
		const struct plan_user_limit *limit = &service->user_limits[i];

		if (user_limit_holds(context, limit))
			continue;
		enforce_verify_say(verdict, ENFORCE_WEAKER, limit->where,
			"%s inside is above the planned %" PRIu64, limit->file, limit->value);
		return false;
	}
	return true;
}

void enforce_verify_resources(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const char *folder = "";

	if (!limits_hold(context, verdict))
		return;
	if (!enforce_verify_cgroup(context, &folder)) {
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, service->where, "it has left its cgroup");
		return;
	}
	for (size_t i = 0; i < service->cgroup_limit_count; i++)
		if (!cgroup_limit_holds(context, folder, &service->cgroup_limits[i])) {
			enforce_verify_say(verdict, ENFORCE_WEAKER, service->cgroup_limits[i].where,
				"%s is not the planned %s", service->cgroup_limits[i].file,
				service->cgroup_limits[i].value);
			return;
		}
	enforce_verify_say(verdict, ENFORCE_ENFORCED, service->where,
		"%zu limits of the process, %zu of its user, %zu of the cgroup",
		service->rlimit_count, service->user_limit_count, service->cgroup_limit_count);
}
