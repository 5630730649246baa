/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All of a stack's cgroups at once; single ones are enforce/cgroup.h's. */

struct fault;

/* Kill whatever is left in the stack's cgroups, wait until they are empty and remove them. */
int stack_cgroup_remove(const char *stack, struct fault *why);
