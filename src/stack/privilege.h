/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The supervisor's own confinement: an id of its own, no capability, no files
 * at all (an empty root, Landlock without a rule), the router's network
 * namespace, or an empty one, from where it may connect to the ports of its
 * services, and the few calls that its loop takes.
 */

struct fault;
struct plan;

/*
 * Confine the calling process so; @router is the router's network namespace, or
 * -1.  What its filter refuses is answered with the errno @refusal.  It cannot be
 * undone; drills call it too.
 */
int stack_confine_supervisor(
	const struct plan *plan, int router, unsigned refusal, struct fault *why);
