/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The foreground, for a service manager that wants a process that stays: `up`
 * waits for its launcher, and says how it stands as sd_notify(3) does.
 *
 * Services do not hang on it.  SIGTERM, SIGHUP and SIGINT end it and the
 * supervisor, and leave the services; its death by SIGKILL ends the supervisor
 * too.  The next `up` adopts.  `down` ends all.
 */

struct fault;
struct stack_up;

/*
 * After stack_up() with `foreground`: 0 when it was told to end, or another bulkhead
 * took the supervisor's place or the stack down; else the supervisor died, and the
 * services run without one.
 */
int stack_stay(const struct stack_up *up, struct fault *why);
