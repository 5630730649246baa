/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Stopping processes of a stack, known by pid and start time. */

#include <stddef.h>

struct stack_member;
struct stack_state;

/* SIGTERM to each, up to @seconds for them to end, then SIGKILL.  An init takes all of its
 * service with it. */
void stack_stop(const struct stack_member *const *members, size_t count, int seconds);

/*
 * All services, each when those that connect to it have ended, so that what they
 * still have to say is heard; then the gateway and the outlet.  @seconds are for each of them.
 */
void stack_stop_members(const struct stack_state *state, int seconds);
