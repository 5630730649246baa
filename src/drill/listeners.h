/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Whoever an attempt of a drill talks to: on the host, at the router, in each service's network,
 * and, while no daemon of the stack runs, on the ports and unix sockets that it declares.
 */

struct drill_world;
struct fault;

/* Start them as helpers of @world, whose host_port this finds.  While the stack does not run this
 * makes @world's run folder as well, whose socket folders are as `up` would make them. */
int drill_listeners_start(struct drill_world *world, struct fault *why);
