/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "catalog/namespace.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

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
		long limit = enforce_verify_sysctl(context->process, "user", path);
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
		long value =
			enforce_verify_sysctl(context->process, "pid", "/proc/sys/vm/memfd_noexec");

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
