/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the tables of /proc do not say: which sockets at :: leave IPv4 alone (IPV6_V6ONLY). */

#include <stddef.h>
#include <sys/types.h>

struct stack_bound;

/*
 * Mark those of @all, the listening TCP sockets of the network namespace that @pid is in.  The
 * kernel is asked from within it; where that cannot be, nothing is marked.
 */
void stack_bound_mark_alone(pid_t pid, struct stack_bound *all, size_t count);
