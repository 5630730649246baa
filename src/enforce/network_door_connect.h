/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Clients of this machine at a door of 127.0.0.0/8, `gateway: nat`: where their
 * connect(2) leads is written anew, once, so that no packet of theirs has to be
 * translated and no connection followed.  A BPF program of the whole tree of cgroups
 * (BPF_CGROUP_INET4_CONNECT, and INET6 for addresses like ::ffff:127.0.0.1) that
 * looks at who is in this network namespace.
 *
 * Whoever has chosen an address or an interface to come from goes on to where he
 * wanted: the gateway listens there.  To an address of the stack nobody connects
 * but by a door: EPERM.
 *
 * The caller is in the host's network namespace.
 */

struct fault;
struct plan;

/* For good: until it is taken away. */
int enforce_door_connect(const struct plan *plan, struct fault *why);

int enforce_door_connect_away(const char *stack, struct fault *why);

/* 0: it is there as planned; 1: not, as @why says; negative: cannot tell. */
int enforce_door_connect_verify(const struct plan *plan, struct fault *why);
