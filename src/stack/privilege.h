/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the supervisor gives up once everything is launched. */

struct fault;
struct stack_state;

/*
 * Keep one capability (CAP_KILL: inits have other ids), read access to the run
 * folder and to /proc, and the few calls that watching and stopping take.  It
 * cannot be undone.
 */
int stack_drop_privileges(const struct stack_state *state, struct fault *why);
