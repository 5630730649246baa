/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Stopping processes of a stack, known by pid and start time. */

#include <stddef.h>

struct plan;
struct stack_member;
struct stack_state;

/*
 * Each is told by the signal of its `stop` and has as long as that says; then
 * SIGKILL.  @plan: the services whose members they are; those that connect to
 * another, or depend on it, are stopped before it, so that what they still have to
 * say is heard.  An init takes all of its service with it.
 */
void stack_stop(const struct plan *plan, const struct stack_member *const *members, size_t count);

/* All services so; then the gateway, the outlet and the resolver. */
void stack_stop_members(const struct stack_state *state);
