/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The stack's own part of the cgroup2 hierarchy: bulkhead/STACK/NAME. */

struct fault;

/* The folder of @name in @stack, made when missing; the caller closes the descriptor. */
int stack_cgroup_make(const char *stack, const char *name, struct fault *why);

/* Kill whatever is left in the stack's cgroups, wait until they are empty and remove them. */
int stack_cgroup_remove(const char *stack, struct fault *why);
