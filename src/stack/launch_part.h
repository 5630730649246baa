/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Parts of launch.c, each in a file of its name. */

#include "enforce/launch.h"

struct arena;
struct fault;
struct plan;
struct plan_service;
struct stack_launch_options;

/* A launch by @options of which nothing is done yet: no descriptor is one. */
struct enforce_launch stack_launch_new(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct arena *arena);

/*
 * Make the service's init: in its cgroup, its network namespace and, unless it
 * enters those of a service that runs, new ones of every other kind.  It goes on
 * in @be_init, which does not return.  0 or -errno with @why filled; launch->init
 * and init_pidfd are set.
 */
int stack_launch_clone(struct enforce_launch *launch,
	void (*be_init)(struct enforce_launch *launch), struct fault *why);
