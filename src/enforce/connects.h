/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Connections of a stack's outlet: its cgroup refuses to connect to anything but
 * the declared TCP ports of this machine's loopback.  It is in the host's
 * network, where no table of ours is; this needs no Landlock, and nothing that
 * it can do takes it away.
 */

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct plan;

/* Hold cgroup @group (a directory descriptor) to the host edges of @plan. */
int enforce_hold_connects(const struct plan *plan, int group, struct fault *why);

/* Does the cgroup of process @outlet run the planned programs? */
bool enforce_connects_held(const struct plan *plan, pid_t outlet);
