/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ports: the service's cgroup refuses to bind one that the service does not listen on, by a
 * small program that the kernel runs after it has chosen the port.  It needs no Landlock (which
 * knows TCP ports since 6.7, and no UDP ports), and it ends with the cgroup: nothing in a
 * service, and no end of ours, takes it away.
 */

struct arena;
struct fault;
struct plan;
struct plan_service;

/* The places that it is attached to (enum bpf_attach_type). */
extern const int enforce_port_hooks[2];

/* Load the program for @service at @hook.  Returns its descriptor, which the caller closes. */
int enforce_port_program(const struct plan *plan, const struct plan_service *service, int hook,
	struct arena *arena, struct fault *why);

/* Attach them to @cgroup (O_PATH will do), in the place of those that are there. */
int enforce_attach_ports(
	const struct plan *plan, const struct plan_service *service, int cgroup, struct fault *why);
