/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of stack_down() (stack/up.h) that bringing up needs as well.  The caller holds the
 * stack's lock. */

struct fault;
struct stack_state;

/* Let launcher and supervisor end, and wait until they have.  Services run on. */
void stack_dismiss(const struct stack_state *state);

/* Stop everything and remove all traces but the lock. */
int stack_clear(const char *stack, struct fault *why);
