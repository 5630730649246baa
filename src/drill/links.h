/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The addresses of a network's links. */

#include <stddef.h>

struct fault;

enum { DRILL_LINK_ADDRESSES = 16 };

struct drill_links {
	char addresses[DRILL_LINK_ADDRESSES][46]; /* but for the loopback's, and a link's own */
	size_t count;
	char own6[46]; /* an IPv6 address that is a link's own; empty: there is none */
};

/* Of network namespace @network; -1: the caller's.  0, or a negative errno with @why. */
int drill_links(int network, struct drill_links *links, struct fault *why);
