/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of enforce_verify(), one for each layer. */

#include <stdint.h>
#include <sys/types.h>

#include "enforce/verify.h"

struct arena;

/* What /proc/PID/status says, in the reader's ids. */
struct enforce_verify_status {
	unsigned uids[4], gids[4]; /* real, effective, saved, file system */
	unsigned groups[64];
	size_t group_count;
	uint64_t inheritable, permitted, effective, bounding, ambient;
	unsigned no_new_privileges, seccomp, filters;
};

int enforce_verify_read_status(
	pid_t process, struct arena *arena, struct enforce_verify_status *status);

struct enforce_verify_context {
	const struct plan *plan;
	const struct plan_service *service;
	pid_t init, process;
	struct arena *arena;
	struct enforce_verify_status status;
};

/* Fill @verdict; the text of an enforced layer says what was read. */
void enforce_verify_say(struct enforce_verdict *verdict, enum enforce_state state,
	struct where where, const char *format, ...) __attribute__((format(printf, 4, 5)));

void enforce_verify_identity(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_capabilities(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_seccomp(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_exec(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_write_execute(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_namespaces(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_view(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_landlock(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_labels(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);
void enforce_verify_resources(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);

void enforce_verify_phase(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict);

/* Does anything of it end when it is ready? */
bool enforce_verify_has_phase(const struct plan_service *service);

/* A mount of its view that programs may be executed from, or NULL. */
const char *enforce_verify_executable(const struct enforce_verify_context *context);

/*
 * Read sysctl @path as a process of @process's namespace @kind ("user", "pid")
 * sees it: some are per namespace, of the reader's.  A number or -errno.
 */
long enforce_verify_sysctl(pid_t process, const char *kind, const char *path);

/* Is the process in the stack's part of the hierarchy?  @folder is then its cgroup's path there. */
bool enforce_verify_cgroup(const struct enforce_verify_context *context, const char **folder);
