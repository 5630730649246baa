/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Is a started service without a `ready` of its own there for its peers?  Asked of the kernel,
 * never of the service. */

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct plan_service;
struct stack_state;

/*
 * Is all that @service listens on bound, and where those who are to reach it can?
 * Read from the tables of the network namespace that process @pid of it is in, so
 * the caller must be allowed to look into it.  Of a range of ports one is enough; a
 * socket must have its declared mode as well.
 *
 * When not, @why (NULL: nobody wants to know) says what is in the way, at the line
 * that declares it: "nothing listens on port 5432", "it listens on 127.0.0.1:5432,
 * where its peers cannot reach it"; with a hint in the words of its role.
 */
bool stack_ready(const struct stack_state *state, const struct plan_service *service, pid_t pid,
	struct fault *why);
