/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/verify.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/landlock_abi.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

static const struct {
	enum layer layer;
	void (*verify)(
		const struct enforce_verify_context *context, struct enforce_verdict *verdict);
} parts[] = {
	{LAYER_IDENTITY, enforce_verify_identity},
	{LAYER_CAPABILITIES, enforce_verify_capabilities},
	{LAYER_SECCOMP, enforce_verify_seccomp},
	{LAYER_EXEC, enforce_verify_exec},
	{LAYER_EXEC, enforce_verify_write_execute},
	{LAYER_NAMESPACES, enforce_verify_namespaces},
	{LAYER_VIEW, enforce_verify_view},
	{LAYER_LANDLOCK, enforce_verify_landlock},
	{LAYER_LABELS, enforce_verify_labels},
	{LAYER_RESOURCES, enforce_verify_resources},
	{LAYER_PHASE, enforce_verify_phase},
};

/* A layer in audit mode names the line of `mode`; what is wrong besides, a line of its own. */
static bool as_mode_says(const struct plan_service *service, const struct enforce_verdict *verdict)
{
	const struct plan_audit *audit = plan_audit(service, verdict->layer);

	return audit && verdict->state == ENFORCE_WEAKER &&
	       where_same(audit->where, verdict->where);
}

int enforce_verify(const struct plan *plan, const struct plan_service *service, pid_t init,
	pid_t process, struct enforce_verdict *verdicts)
{
	int count = 0;
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_verify_context context = {
		.plan = plan, .service = service, .init = init, .process = process, .arena = arena};
	int error = enforce_verify_read_status(process, arena, &context.status);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct enforce_verdict *verdict = &verdicts[count];

		/* Elsewhere the filter sees to it, or nobody asked. */
		if (parts[i].verify == enforce_verify_write_execute && !service->mdwe)
			continue;
		if (parts[i].verify == enforce_verify_phase && !enforce_verify_has_phase(service))
			continue;
		*verdict = (struct enforce_verdict){.layer = parts[i].layer};
		count++;
		if (error < 0)
			enforce_verify_say(verdict, ENFORCE_UNKNOWN, service->where,
				"process %d cannot be read", (int)process);
		else
			parts[i].verify(&context, verdict);
		verdict->audit = as_mode_says(service, verdict);
	}
	return count;
}

static bool own_namespace(pid_t process, const char *kind)
{
	struct stat own, its;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)process, kind);
	if (stat(path, &its) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &own) == 0 && own.st_ino != its.st_ino;
}

int enforce_facts(pid_t process, struct enforce_facts *facts)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_verify_status status;
	int error = enforce_verify_read_status(process, arena, &status);

	if (error < 0)
		return error;
	*facts = (struct enforce_facts){
		.uid = status.uids[1],
		.capabilities = status.effective,
		.no_new_privileges = status.no_new_privileges == 1,
		.filters = status.seccomp == 2 ? status.filters : 0,
		/* The kernel shows no domains.  Our processes enter theirs before their filter,
		 * and neither can be left: where Landlock is there, the filter tells. */
		.landlock =
			status.seccomp == 2 && status.no_new_privileges == 1 && landlock_abi() > 0,
		.own_user = own_namespace(process, "user"),
		.own_mount = own_namespace(process, "mnt"),
		.own_pid = own_namespace(process, "pid"),
		.own_network = own_namespace(process, "net"),
	};
	return 0;
}
