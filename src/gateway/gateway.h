/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The gateway: a small confined process with one foot in the host's network
 * namespace (the listening sockets of published ports) and one in the router
 * (transparent connections to the services, keeping the client's address).
 * It holds CAP_NET_RAW inside the router's user namespace and nothing on the
 * host.  If it dies, doors close and the inside stays up.
 */

#include <sys/types.h>

struct fault;
struct enforce_network_router;
struct plan;

/*
 * Open the published ports on the host, then fork the gateway into the cgroup
 * @cgroup (a directory descriptor) and the router's namespaces, confine it and
 * let it serve.  Returns when it serves.  The caller closes *@pidfd.
 */
int gateway_start(const struct plan *plan, const struct enforce_network_router *router, int cgroup,
	pid_t *pid, int *pidfd, struct fault *why);

/*
 * Confine the calling process as the gateway is (identity, capabilities, view,
 * Landlock, and a filter that answers with the errno @refusal): gateway_start()
 * and the drills inside it call this.
 */
int gateway_confine(const struct plan *plan, const struct enforce_network_router *router,
	unsigned refusal, struct fault *why);
