/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the supervisor gives up once everything is launched. */

struct fault;
struct stack_state;

/*
 * Keep one capability (CAP_KILL: inits have other ids), read access to the run
 * folder and to /proc, and the few calls that watching and stopping take; others
 * are answered with the errno @refusal.  It cannot be undone; drills call it too.
 */
int stack_drop_privileges(const struct stack_state *state, unsigned refusal, struct fault *why);
