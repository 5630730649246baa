/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is known of a running stack: the folder /run/bulkhead/STACK.
 *
 *     stack.json       version, the router's identity
 *     plan.json        the plan that is enforced
 *     supervisor.json, gateway.json, outlet.json, services/NAME.json   struct stack_member
 *     services/NAME.exit   how the service ended, written by its init
 *     hosts/NAME       its /etc/hosts, rewritten in place
 *     sockets/NAME     a memory folder for each socket folder of the plan
 *
 * Nothing in memory matters: a new `up`, `down` or `status` finds all of it
 * here, also when the supervisor is dead.
 */

#include <stddef.h>
#include <stdint.h>

#include "stack/member.h"

struct arena;
struct fault;
struct plan;

#define STACK_RUN_FOLDER "/run/bulkhead"

struct stack_state {
	const char *stack;
	const char *folder; /* "/run/bulkhead/STACK" */
	uint64_t router;    /* inode of its network namespace; 0: none */
	const struct plan *plan;
	struct stack_member supervisor, gateway, outlet; /* pid 0: there is none */
	struct stack_member *services;                   /* those that were started */
	size_t service_count;
};

/*
 * Take the stack's lock, so that two of us do not work on it at once; the
 * caller closes the descriptor.  A stack that is being worked on is waited for,
 * and @say (NULL: nothing) told so, as of struct stack_up.
 */
int stack_lock(const char *stack, void (*say)(void *context, const char *service, const char *text),
	void *context, struct fault *why);
/* Remove the lock's file when the stack has no folder; the descriptor still has to be closed. */
void stack_unlock_unused(const char *stack);

/* The stack's folder, made when missing; the caller closes it. */
int stack_state_make(const char *stack, struct fault *why);

/* Remove the folder and all in it (socket folders are unmounted by then). */
int stack_state_remove(const char *stack, struct fault *why);

/* Write the plan, and once it is known the router's identity (0: there is none). */
int stack_state_write_plan(int folder, const struct plan *plan, struct fault *why);
int stack_state_write_router(int folder, uint64_t router, struct fault *why);

/* Read all.  -ENOENT with @why when no such stack is up. */
int stack_state_read(
	const char *stack, struct arena *arena, struct stack_state **state, struct fault *why);

/* The member of service @name, or NULL when it was never started. */
const struct stack_member *stack_state_service(const struct stack_state *state, const char *name);

/* Descriptor of the router's network namespace, taken from whichever process of the stack holds
 * it; -ENOENT when none does. */
int stack_state_router(const struct stack_state *state);

/* Names of the stacks that have a folder, sorted, in @arena. */
const char **stack_names(struct arena *arena, size_t *count);
