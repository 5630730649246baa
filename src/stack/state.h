/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is known of a running stack: the folder /run/bulkhead/STACK.
 *
 *     stack.json       version, the router's identity, the newest plan's number, and those of a
 *                      reload that has not ended
 *     plans/N.json     plan number N: of each service the one that it was launched by
 *     launcher.json, supervisor.json, gateway.json, outlet.json, resolver.json, services/NAME.json
 *                      struct stack_member
 *     services/NAME.exit   how the service ended, written by its init
 *     refused, refused-gateway, refused-outlet
 *                      names that services may not ask for (stack/refused.h), and who was turned
 *                      away (stack/turned_away.h)
 *     named            by which name services were given addresses (stack/named.h)
 *     control          the supervisor's socket (stack/control.h)
 *     hosts/NAME       its /etc/hosts, rewritten in place
 *     sockets/NAME     a memory folder for each socket folder of the plan
 *
 * Nothing in memory matters: a new `up`, `down` or `status` finds all of it
 * here, also when launcher and supervisor are dead.
 *
 * A newer bulkhead reads what an older one left: fields that it did not write
 * have the meaning that they had then.  Version 1 had one plan, plan.json, no
 * launcher, and no `control`.  Of a newer version nothing is touched.
 */

#include <stddef.h>
#include <stdint.h>

#include "stack/member.h"

struct arena;
struct fault;
struct plan;

#define STACK_RUN_FOLDER "/run/bulkhead"

enum { STACK_STATE_VERSION = 2 };

struct stack_state {
	const char *stack;
	const char *folder; /* "/run/bulkhead/STACK" */
	uint32_t version;   /* of the state as it was read */
	uint64_t router;    /* inode of its network namespace; 0: none */
	uint32_t generation;
	/* While the network goes from one plan to another: their numbers.  `changing` 0: it does
	 * not.  Until all of it is as the other says `generation` is still the former. */
	uint32_t former, changing;
	const struct plan *plan;                                             /* the newest */
	struct stack_member launcher, supervisor, gateway, outlet, resolver; /* pid 0: none */
	struct stack_member *services; /* those that were started */
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

/* The number of a plan to come: above @generation, and not that of one which somebody may have been
 * launched by although it does not count. */
uint32_t stack_state_next(int folder, uint32_t generation);

/* Write plan number @generation.  It counts once it is the newest of stack_state_write_fixed(). */
int stack_state_write_plan(
	int folder, const struct plan *plan, uint32_t generation, struct fault *why);
/* @router: 0 until it is known, or when there is none. */
int stack_state_write_fixed(int folder, uint64_t router, uint32_t generation, struct fault *why);

/* The same while the network goes from plan @former to plan @changing. */
int stack_state_write_changing(int folder, const struct stack_state *state, uint32_t generation,
	uint32_t former, uint32_t changing, struct fault *why);

/* Make the folder of an older version, whose plan was @plan, one of this version. */
int stack_state_renew(int folder, const struct stack_state *state, struct fault *why);

/* Read all.  -ENOENT with @why when no such stack is up. */
int stack_state_read(
	const char *stack, struct arena *arena, struct stack_state **state, struct fault *why);

/* Plan number @generation of the stack, or NULL with @why. */
const struct plan *stack_state_plan(const struct stack_state *state, uint32_t generation,
	struct arena *arena, struct fault *why);

/* Open the file of plan number @generation in the run folder; the caller closes it.  -errno. */
int stack_state_open_plan(int folder, uint32_t generation);

/* The member of service @name, or NULL when it was never started. */
const struct stack_member *stack_state_service(const struct stack_state *state, const char *name);

/* Descriptor of the router's network namespace, taken from whichever process of the stack holds
 * it; -ENOENT when none does. */
int stack_state_router(const struct stack_state *state);

/* Names of the stacks that have a folder, sorted, in @arena. */
const char **stack_names(struct arena *arena, size_t *count);
