/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Is a started service there for its peers?  Asked of the kernel, never of the service. */

struct arena;
struct plan_service;
struct stack_member;
struct stack_state;

/*
 * What of @service's declared ports and socket paths nobody has bound yet, as
 * words ("port 5432", "socket /run/php/shop.sock"), or NULL when all are: read
 * from the tables of the network namespace that its init is in.  Of a range of
 * ports one is enough; a socket must have its declared mode as well.
 */
const char *stack_ready_missing(const struct stack_state *state, const struct plan_service *service,
	const struct stack_member *member, struct arena *arena);
