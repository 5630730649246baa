/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The gateway: a small confined process with one foot in the host's network
 * namespace (the listening sockets of published ports) and one in the router
 * (transparent connections to the services, keeping the client's address).
 * It holds CAP_NET_RAW inside the router's user namespace and nothing on the
 * host.  Where it has doors of datagrams its cgroup lets it send to those who have
 * asked alone.  If it dies, doors close and the inside stays up.
 *
 * Where services connect to this machine's loopback there is a second one, the
 * outlet (gateway/outlet.h): the same with its ends turned round, which stays in
 * the host's network namespace, has no capability at all, and by its cgroup may
 * connect to the declared ports of the loopback alone.
 */

#include <sys/types.h>

struct fault;
struct enforce_network_router;
struct gateway_turned_away;
struct plan;

enum gateway_part { GATEWAY_DOORS, GATEWAY_OUTLET, GATEWAY_RESOLVER };

/*
 * Fork @part into the cgroup @cgroup (a directory descriptor; the outlet, and doors of
 * datagrams, need one),
 * open its listening sockets, confine it and let it serve.  Returns when it serves.
 * The caller closes *@pidfd.  It writes whom it turns away to @turned, memory that is shared with
 * it; NULL: to nowhere.
 */
int gateway_start(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, struct gateway_turned_away *turned, int cgroup,
	pid_t *pid, int *pidfd, struct fault *why);

/*
 * Confine the calling process as @part is (identity, capabilities, view, Landlock,
 * and a filter that answers with the errno @refusal): gateway_start() and the drills
 * inside it call this.  The outlet's cgroup is held by enforce/connects.h.
 */
int gateway_confine(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, unsigned refusal, struct fault *why);
