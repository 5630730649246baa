/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The service's cgroup: its identity and the handle to kill all of it.  It is
 * <cgroup2>/bulkhead/STACK/NAME, with a group NAME/exec-PID below it for each
 * command inside; the hierarchy needs no controllers, unless a limit of the plan
 * asks for one.
 */

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct plan_cgroup_limit;

/* The mount point of cgroup2: where it usually is, or else from /proc/self/mountinfo (read once
 * per process); NULL when there is none. */
const char *enforce_cgroup_root(void);

/* Open the directory of @stack's @name; made when missing.  The caller closes it. */
int enforce_cgroup_open(const char *stack, const char *name, struct fault *why);

/* Kill all in @name, wait until it is empty, and remove it, what is below it and what is empty
 * above it.  0 when there was none. */
int enforce_cgroup_remove(const char *stack, const char *name, struct fault *why);

/*
 * Write @value into the limit @file of the service's cgroup @folder.  Every group above hands the
 * controller of @file (pids.max: pids) down to it then, as long as the groups of the stack exist,
 * which is what keeps systemd from taking it back.  0 or -errno.
 */
int enforce_cgroup_limit(int folder, const char *file, const char *value);

/* Is it a limit for each disk that the service uses (io.max)?  enforce_limit_disks() sets it. */
bool enforce_limits_disks(const struct plan_cgroup_limit *limit);
