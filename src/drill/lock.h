/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One drill at a time on a machine: all look for what they made by the same names,
 * in folders of the machine and in those that services of several stacks may write.
 */

struct fault;

/*
 * Wait for other drills to be over, saying so by @waiting once.  The lock is a
 * descriptor, held for as long as the drill or its keeper has it open.  Negative
 * errno with @why filled.
 */
int drill_lock(void (*waiting)(void), struct fault *why);
