/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of stack_down() (stack/up.h) that bringing up needs as well.  The caller holds the
 * stack's lock. */

struct fault;
struct stack_member;

/* Let the supervisor end and leave its services running. */
void stack_dismiss(const struct stack_member *supervisor);

/* Stop everything and remove all traces but the lock. */
int stack_clear(const char *stack, struct fault *why);
