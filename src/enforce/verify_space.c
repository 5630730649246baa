/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "catalog/namespace.h"
#include "enforce/cgroup.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { MOST_TEXT = 64 * 1024 };

static bool same_namespace(pid_t left, pid_t right, const char *file)
{
	struct stat a, b;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)left, file);
	if (stat(path, &a) < 0)
		return true; /* cannot tell: not a difference that would count as private */
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)right, file);
	return stat(path, &b) < 0 || a.st_ino == b.st_ino;
}

/* The number in @path, in a child of a child: a pid namespace is entered by one's children. */
static void answer(int space, const char *path, int result)
{
	char text[32] = "";
	long value;

	if (setns(space, 0) < 0)
		_exit(1);
	pid_t child = fork();
	if (child == 0) {
		scoped(fd) int file = open(path, O_RDONLY | O_CLOEXEC);

		if (file < 0 || read(file, text, sizeof(text) - 1) <= 0)
			_exit(1);
		value = strtol(text, NULL, 10);
		_exit(descriptor_write(result, &value, sizeof(value)) < 0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
	_exit(0);
}

/*
 * Read sysctl @path as a process of @process's namespace @kind ("user", "pid")
 * sees it: some are per namespace, of the reader's.  A number or -errno.
 */
static long sysctl_within(pid_t process, const char *kind, const char *path)
{
	char space_path[64];
	long value;
	int ends[2];

	snprintf(space_path, sizeof(space_path), "/proc/%d/ns/%s", (int)process, kind);
	scoped(fd) int space = open(space_path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	scoped(fd) int from = ends[0];
	pid_t child = fork();
	if (child == 0)
		answer(space, path, ends[1]);
	int error = child < 0 ? -errno : 0;
	close(ends[1]);
	if (error < 0)
		return error;
	ssize_t got = read(from, &value, sizeof(value));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return got == sizeof(value) ? value : -EIO;
}

void enforce_verify_namespaces(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	size_t count;
	const struct catalog_namespace *kinds = catalog_namespaces(&count);
	struct where where = context->service->where;
	char path[64];

	for (size_t i = 0; i < count; i++) {
		/* The network's is verified by its own layer. */
		if (!kinds[i].own || text_equal(kinds[i].file, "net"))
			continue;
		if (same_namespace(context->process, getpid(), kinds[i].file)) {
			enforce_verify_say(verdict, ENFORCE_ABSENT, where,
				"shares the host's %s namespace", kinds[i].name);
			return;
		}
		if (!same_namespace(context->process, context->init, kinds[i].file)) {
			enforce_verify_say(verdict, ENFORCE_WEAKER, where,
				"its %s namespace is not the one made for it", kinds[i].name);
			return;
		}
	}
	for (size_t i = 0; context->service->namespaces_held && i < count; i++) {
		snprintf(path, sizeof(path), "/proc/sys/user/%s", kinds[i].limit);
		if (access(path, F_OK) < 0)
			continue;
		long limit = sysctl_within(context->process, "user", path);
		if (limit != 0) {
			enforce_verify_say(verdict, limit < 0 ? ENFORCE_UNKNOWN : ENFORCE_WEAKER,
				where,
				limit < 0 ? "%s cannot be read (%ld)"
					  : "%s inside is %ld, planned is 0",
				kinds[i].limit, limit);
			return;
		}
	}
	enforce_verify_say(verdict, ENFORCE_ENFORCED, where,
		"own user, mount, pid, ipc, uts, cgroup%s",
		context->service->namespaces_held ? "; no more can be made" : "");
}

/* The exec itself cannot be read back; what holds it can: mounts (see the view) and the sysctl. */
void enforce_verify_exec(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	struct where where = service->command_where;

	if (context->status.seccomp != 2) {
		enforce_verify_say(
			verdict, ENFORCE_ABSENT, where, "no filter holds back a second program");
		return;
	}
	if (service->memfd_noexec) {
		long value = sysctl_within(context->process, "pid", "/proc/sys/vm/memfd_noexec");

		if (value != 2) {
			enforce_verify_say(verdict, value < 0 ? ENFORCE_UNKNOWN : ENFORCE_WEAKER,
				where, "vm.memfd_noexec inside is %ld, planned is 2", value);
			return;
		}
	}
	enforce_verify_say(verdict, ENFORCE_ENFORCED, where, "%zu program%s%s",
		service->program_count, service->program_count == 1 ? "" : "s",
		service->memfd_noexec ? ", no memory files" : "");
}

/* Of a process's own vow (PR_SET_MDWE) the kernel tells nobody else. */
void enforce_verify_write_execute(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;

	if (context->status.seccomp != 2)
		enforce_verify_say(verdict, ENFORCE_UNKNOWN, service->where,
			"not a process of a whole launch");
	else
		enforce_verify_say(verdict, ENFORCE_RECORDED, service->where,
			"no memory is both written and executed");
}

/*
 * A domain cannot be left, and the kernel (to 6.18) shows it nowhere.  The launch
 * fails when the domain is not entered, and the filter, read from the kernel,
 * goes on after it: a process of this launch that has the one has the other.
 */
void enforce_verify_landlock(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_landlock *landlock = &context->service->landlock;
	struct where where = context->service->where;
	const struct plan_audit *audit = plan_audit(context->service, LAYER_LANDLOCK);

	if (audit)
		enforce_verify_say(verdict, ENFORCE_WEAKER, audit->where,
			"audit: off; nothing records what it would refuse");
	else if (!landlock->used)
		enforce_verify_say(verdict, ENFORCE_ABSENT, where, "this kernel has no Landlock");
	else if (context->status.seccomp != 2 || same_namespace(context->process, getpid(), "pid"))
		enforce_verify_say(
			verdict, ENFORCE_UNKNOWN, where, "not a process of a whole launch");
	else
		enforce_verify_say(verdict, ENFORCE_RECORDED, where,
			"no kernel shows a domain: ABI %u, %zu path%s, %zu port%s", landlock->abi,
			landlock->beneath_count, landlock->beneath_count == 1 ? "" : "s",
			landlock->port_count, landlock->port_count == 1 ? "" : "s");
}

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
	long found = access(path, F_OK) < 0 ? 0 : sysctl_within(context->process, "user", path);

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
