/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Peers: the service's cgroup refuses to connect, and to send a datagram, to where no edge leads:
 * small programs that the kernel runs before it looks for a route (enforce/ports.h has those
 * for ports).  The network rules say the same of packets, in another part of the kernel, and
 * Landlock cannot: its rules are for the life of a process, and edges change while it runs.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fault;
struct plan;
struct plan_service;

enum { ENFORCE_PEER_HOOKS = 4 };

/* The places that they are attached to (enum bpf_attach_type): connect by IPv4 and IPv6, then send
 * datagrams. */
extern const int enforce_peer_hooks[ENFORCE_PEER_HOOKS];

/* Is @service held at @hook?  Not when it makes no such socket or Landlock lets it connect nowhere,
 * nor when the network layer is in audit mode, which lets it connect to record where to. */
bool enforce_peers_held(const struct plan_service *service, int hook);

/* Load the program for @service at @hook.  Its descriptor, which the caller closes. */
int enforce_peer_program(const struct plan *plan, const struct plan_service *service, int hook,
	struct arena *arena, struct fault *why);

/* Attach them to @cgroup (O_PATH will do), in the place of those that are there. */
int enforce_attach_peers(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why);
