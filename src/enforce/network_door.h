/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The door of `gateway: nat`: a link from the host to the router, a program that
 * leads the host's own clients there (network_door_connect.h), and a table in the
 * host that guards the link and translates what comes to a published port from
 * elsewhere, so that no process is on the way.  The gateway holds those ports all the
 * same, so that nobody else takes them, and relays what the kernel does not lead in:
 * clients of ::1, and others when somebody flushes the host's rules.
 *
 * The caller is in the host's network namespace.
 */

struct fault;
struct plan;

/* Open the door, or put right what is amiss of it.  A host in which others have addresses of the
 * stack is FAULT_UNSUPPORTED. */
int enforce_network_door(const struct plan *plan, int router_network, struct fault *why);

/* Take @stack's program, table and last route out of the host.  The link and its routes go with the
 * router. */
int enforce_network_door_away(const char *stack, struct fault *why);

/* 0: the table, the link, its routes and the program are as planned; 1: they are not, as @why says;
 * negative: cannot tell. */
int enforce_network_door_verify(const struct plan *plan, struct fault *why);
