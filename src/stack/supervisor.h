/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The supervisor: decides when services of a stack start, stop and start again
 * (stack/schedule.h), asks whether they are there, and answers on the control
 * socket (stack/control.h).
 *
 * It has no right to do any of that itself: it asks the launcher
 * (stack/launcher.h), and whichever of the two ends, the other does.  Enforcement
 * needs neither.
 */

struct plan;

struct stack_supervise {
	const struct plan *plan;
	int channel; /* to the launcher */
	int control; /* the listening socket */
};

/* Run, confined already, until the launcher is gone. */
__attribute__((noreturn)) void stack_supervise(const struct stack_supervise *supervise);
