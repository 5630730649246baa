/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Being in another network namespace for a while, and its knobs.
 *
 *     scoped(visit) int home = enforce_network_visit(network, where, why);
 *     if (home < 0)
 *             return home;
 *     ... this thread is in the namespace until the block ends ...
 *
 * Only for a process of one thread that holds CAP_SYS_ADMIN over the namespace.
 * A process that cannot come back is ended: it must not go on in the wrong place.
 */

#include <stddef.h>

#include "base/where.h"

struct fault;

/* Enter; returns a descriptor of the namespace to come back to, or a negative errno. */
int enforce_network_visit(int network, struct where where, struct fault *why);
void scoped_visit(int *home);

/* A new network namespace owned by the caller's user namespace; the caller closes it. */
int enforce_network_space(struct where where, struct fault *why);

/* The same, and the thread is in it from now on, as by a visit; the caller closes *@made too. */
int enforce_network_space_visit(int *made, struct where where, struct fault *why);

/* A knob below /proc/sys/net of the namespace that the caller is in. */
struct enforce_network_knob {
	const char *path; /* "ipv4/ip_forward" */
	const char *value;
};

int enforce_network_knobs(const struct enforce_network_knob *knobs, size_t count,
	struct where where, struct fault *why);

/* 0: each knob reads as given; 1: one does not, named in @why; negative: cannot tell. */
int enforce_network_knobs_verify(const struct enforce_network_knob *knobs, size_t count,
	struct where where, struct fault *why);
