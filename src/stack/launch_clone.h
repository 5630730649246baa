/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct enforce_launch;
struct fault;

/*
 * Make the service's init: in its cgroup, its network namespace and, unless it
 * enters those of a service that runs, new ones of every other kind.  It waits at
 * the gate.  0 or -errno with @why filled; launch->init and init_pidfd are set.
 */
int stack_launch_clone(struct enforce_launch *launch, struct fault *why);
