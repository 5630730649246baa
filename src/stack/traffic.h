/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the kernel has counted of a running stack's communication, and what it has refused. */

struct arena;
struct fault;
struct plan_traffic;
struct stack_state;

/* Of all services that run, and of the router, by the newest plan; in @arena.  NULL with @why
 * filled when one cannot be read.  For root. */
const struct plan_traffic *stack_traffic(
	const struct stack_state *state, struct arena *arena, struct fault *why);
