/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/verdict.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "catalog/call.h"
#include "drill/attempt.h"
#include "drill/need.h"
#include "plan/plan.h"

const char *const drill_standings[DRILL_STANDING_COUNT] = {
	[DRILL_STOPPED] = "stopped",
	[DRILL_THROUGH] = "got through",
	[DRILL_VOID] = "void",
	[DRILL_IDLE] = "not applicable",
};

/* Answers that only one layer gives, since the control run got through at the same place. */
static const struct {
	enum drill_kind kind;
	int error;
	enum layer layer;
	long call; /* 0: any */
} meanings[] = {
	{DRILL_PATH, ENOENT, LAYER_VIEW},
	{DRILL_PATH, ENOTDIR, LAYER_VIEW},
	{DRILL_PATH, EROFS, LAYER_VIEW},
	{DRILL_PATH, ENODATA, LAYER_VIEW}, /* an empty cover over something in /proc */
	{DRILL_PROCESS, ESRCH, LAYER_NAMESPACES},
	{DRILL_PROCESS, ENOENT, LAYER_NAMESPACES},
	{DRILL_INET, ECONNREFUSED, LAYER_NETWORK},
	{DRILL_INET, ENETUNREACH, LAYER_NETWORK},
	{DRILL_INET, EHOSTUNREACH, LAYER_NETWORK},
	{DRILL_INET, EADDRNOTAVAIL, LAYER_NETWORK},
	{DRILL_INET, ETIMEDOUT, LAYER_NETWORK},
	{DRILL_INET, EPERM, LAYER_LABELS, SYS_bind},    /* its cgroup's programs */
	{DRILL_INET, EPERM, LAYER_LABELS, SYS_connect}, /* no packet was made yet */
	{DRILL_INET, EPERM, LAYER_LABELS, SYS_socket},
	{DRILL_INET, EPERM, LAYER_NETWORK},        /* a packet that the service's own table drops */
	{DRILL_UNIX, ECONNREFUSED, LAYER_NETWORK}, /* abstract names end with the namespace */
	{DRILL_UNIX, ENOENT, LAYER_VIEW},
	{DRILL_UNIX, EPERM, LAYER_LANDLOCK},
	{DRILL_EXEC, ENOENT, LAYER_VIEW},
	{DRILL_MEMORY, EACCES, LAYER_EXEC},         /* memory-deny-write-execute */
	{DRILL_MEMORY, EPERM, LAYER_VIEW},          /* a file of a mount that is noexec */
	{DRILL_LATE, EPERM, LAYER_PHASE, SYS_mmap}, /* its view is closed to new code */
	{DRILL_IPC, ENOENT, LAYER_NAMESPACES},
	{DRILL_IPC, EMFILE, LAYER_RESOURCES},        /* no room for messages of a queue */
	{DRILL_PRIVILEGE, ENOSPC, LAYER_NAMESPACES}, /* the limit of nested namespaces */
	{DRILL_LIMIT, ENOSPC, LAYER_VIEW},           /* the size of a memory file system */
	{DRILL_LIMIT, EMFILE, LAYER_RESOURCES},
	{DRILL_LIMIT, ENOMEM, LAYER_RESOURCES}, /* memory that may not be locked */
	{DRILL_LIMIT, EAGAIN, LAYER_RESOURCES},
	{DRILL_LIMIT, EPERM, LAYER_RESOURCES},
};

static bool executes(long call)
{
	return call == SYS_execve || call == SYS_execveat;
}

/* The filter's answer: the drill's errno, a kill, or ENOSYS for a call that the kernel has. */
static bool filtered(const struct drill_answer *answer)
{
	return answer->signal == SIGSYS || answer->error == DRILL_REFUSAL ||
	       answer->error == ENOSYS;
}

/*
 * EACCES of bind(2): Landlock's, which asks first, or its own network's, in which only root may
 * have low ports (ip(7), ip_unprivileged_port_start).
 */
static bool network_keeps_port(const struct plan_service *service,
	const struct drill_attempt *attempt, const struct drill_answer *answer)
{
	return attempt->kind == DRILL_INET && answer->error == EACCES && answer->call == SYS_bind &&
	       !service->landlock.handled_net;
}

/*
 * The layer behind @answer; false when it is no answer of any: a file that was there already, an
 * argument that the kernel does not take.  Only EPERM and EACCES may be anybody's.
 */
static bool find_layer(const struct plan_service *service, const struct drill_attempt *attempt,
	const struct drill_answer *answer, struct drill_verdict *verdict)
{
	verdict->layer = attempt->expected;
	verdict->measured = true;
	if (attempt->kind == DRILL_LATE && answer->error == ENOSYS) {
		verdict->layer = LAYER_PHASE;
		return true;
	}
	if (filtered(answer)) {
		verdict->layer = executes(answer->call) ? LAYER_EXEC : LAYER_SECCOMP;
		return true;
	}
	if (answer->layer >= 0) {
		verdict->layer = (enum layer)answer->layer;
		return true;
	}
	/* It looked at itself: what it found is the measurement. */
	if (attempt->kind == DRILL_INSIDE)
		return true;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].kind == attempt->kind && meanings[i].error == answer->error &&
			(!meanings[i].call || meanings[i].call == answer->call)) {
			verdict->layer = meanings[i].layer;
			return true;
		}
	if (network_keeps_port(service, attempt, answer)) {
		verdict->layer = LAYER_NETWORK;
		return true;
	}
	verdict->measured = false;
	return answer->error == EPERM || answer->error == EACCES ||
	       (attempt->replaces && !answer->error);
}

/* The phase is a filter as well, but for mounts that it closes. */
static enum layer part_of(
	const struct drill_attempt *attempt, const struct drill_answer *answer, enum layer layer)
{
	if (filtered(answer))
		return LAYER_SECCOMP;
	if (attempt->kind == DRILL_LATE && layer == LAYER_PHASE)
		return LAYER_VIEW;
	return layer;
}

/* "openat: Permission denied": which link of the chain broke. */
static void say_how(const struct drill_attempt *attempt, const struct drill_answer *answer,
	struct drill_verdict *verdict)
{
	const struct catalog_call *call =
		answer->call < 0
			? NULL
			: catalog_call_number(catalog_native_arch(), (uint32_t)answer->call);
	const char *how = answer->signal == SIGSYS         ? "killed by its filter"
			  : answer->error == DRILL_REFUSAL ? "refused by its filter"
			  : answer->error                  ? strerror(answer->error)
							   : "the other program did not run";

	if (attempt->kind == DRILL_INSIDE && !filtered(answer))
		snprintf(verdict->text, sizeof(verdict->text), "it looked, and found none");
	else
		snprintf(verdict->text, sizeof(verdict->text), "%s%s%s", call ? call->name : "",
			call ? ": " : "", how);
}

static const char *describe(const struct drill_answer *answer)
{
	if (answer->outcome == DRILL_SKIPPED)
		return "this machine has no such door";
	if (answer->signal)
		return "it was killed";
	return answer->error ? strerror(answer->error) : "it ended without an answer";
}

void drill_judge(const struct plan_service *service, const struct drill_attempt *attempt,
	const struct drill_answer *control, const struct drill_answer *answer,
	struct drill_verdict *verdict)
{
	verdict->attempt = attempt->name;
	verdict->sentence = attempt->sentence;
	verdict->answer = *answer;
	verdict->layer = attempt->expected;
	verdict->shown = control->outcome == DRILL_SUCCEEDED;
	if (answer->outcome == DRILL_SUCCEEDED) {
		verdict->standing = DRILL_THROUGH;
		return;
	}
	verdict->standing = DRILL_VOID;
	if (control->outcome != DRILL_SUCCEEDED) {
		snprintf(verdict->text, sizeof(verdict->text), "unconfined: %s", describe(control));
		return;
	}
	if (answer->outcome == DRILL_SKIPPED) {
		verdict->standing = DRILL_IDLE;
		snprintf(verdict->text, sizeof(verdict->text), "it cannot look there");
		return;
	}
	if (attempt->kind == DRILL_LATE && !answer->begun) {
		snprintf(verdict->text, sizeof(verdict->text), "before it was ready: %s",
			describe(answer));
		return;
	}
	/* Silence is an answer only of a network that drops packets, and only to who has asked:
	 * a launch on a busy machine may be late. */
	bool silent = answer->outcome == DRILL_LOST && answer->error == ETIMEDOUT &&
		      answer->begun && attempt->kind == DRILL_INET;
	if ((answer->outcome != DRILL_REFUSED && !silent) ||
		!find_layer(service, attempt, answer, verdict)) {
		snprintf(verdict->text, sizeof(verdict->text), "confined: %s", describe(answer));
		return;
	}
	verdict->standing = DRILL_STOPPED;
	verdict->part = part_of(attempt, answer, verdict->layer);
	say_how(attempt, answer, verdict);
}

void drill_audited(const struct plan_service *service, struct drill_verdict *verdict)
{
	const struct plan_audit *audit = plan_audit(service, verdict->layer);

	if (verdict->standing != DRILL_THROUGH || service->audit_count == 0)
		return;
	if (!audit) {
		snprintf(verdict->text, sizeof(verdict->text),
			"layer %s is enforced; others are in audit mode",
			catalog_layer_names[verdict->layer]);
		return;
	}
	verdict->where = audit->where;
	snprintf(verdict->text, sizeof(verdict->text), "layer %s lets it through in audit mode",
		catalog_layer_names[audit->layer]);
}

struct where drill_line(const struct plan_service *service, const struct drill_arguments *arguments,
	const struct drill_answer *answer)
{
	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_REFUSE &&
			(long)service->calls[i].number == answer->call)
			return service->calls[i].where;
	return arguments->where;
}
