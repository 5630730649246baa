/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The router's shortcut: packets of a TCP connection that exists, and datagrams, between two
 * services that an edge joins, or those of a connection from the host's loopback through a door, go
 * from link to link past the router's network stack, which costs a question and its answer some ten
 * microseconds.  A program at the router's end of each link (tcx, Linux 6.6; bpf_redirect_peer,
 * 5.10; bpf_check_mtu, 5.12) looks at their addresses, port and flags.  What begins a connection,
 * is neither, or differs in anything else takes the long way through the router's table, as all
 * does on older kernels; and the tables of both services judge every packet.
 */

#include <stdbool.h>

struct fault;
struct plan;
struct plan_service;

/* Of the link of @service, in the router's namespace, where the caller is: attach it.  Without one,
 * for whatever reason, packets go the long way. */
void enforce_shortcut_attach(const struct plan *plan, const struct plan_service *service);

/* Is it the same program by two plans? */
bool enforce_shortcut_same(const struct plan *before, const struct plan_service *was,
	const struct plan *after, const struct plan_service *is);

/* Where one is attached: the one of @plan in its place. */
int enforce_shortcut_change(
	const struct plan *plan, const struct plan_service *service, struct fault *why);

/* Is what is attached there, if anything, the planned program alone?  0, or 1 with @why filled. */
int enforce_shortcut_verify(
	const struct plan *plan, const struct plan_service *service, struct fault *why);

/* The same of the door's link (`gateway: nat`); attaching again changes nothing. */
void enforce_shortcut_attach_door(const struct plan *plan);
int enforce_shortcut_verify_door(const struct plan *plan, struct fault *why);
