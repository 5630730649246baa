/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Waiting for what runs in front of somebody: `run` and `exec`. */

struct stack_launched;

/*
 * Until the init that @launched describes has ended, hand on the signals that
 * come.  0 with its exit status in *@status (128 + signal when one ended it), or
 * -errno.  It is reaped; its cgroup is left to the caller.
 */
int stack_foreground(const struct stack_launched *launched, int *status);
