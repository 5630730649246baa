/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ending what goes on by edges that are gone.
 *
 * The tables refuse its next packet; who waits for one would wait for ever.  So the sockets of both
 * ends are closed (sock_diag(7), SOCK_DESTROY), and what the kernel follows, which goes on because
 * it is established, is forgotten (ctnetlink).  Both speak to the namespace that the caller is in.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/where.h"
#include "plan/service.h"

struct arena;
struct fault;
struct plan;

/* Packets between who asks and who is asked, of which one may be anybody here (family 0). */
struct network_end {
	enum plan_transport transport;
	uint32_t first, last; /* ports of who is asked */
	struct prefix client, server;
	uint32_t mark; /* of its connections, by which the kernel knows them where they are
			  followed; 0: it is by its addresses */
};

/* Connections that were known by their marks, to be ended elsewhere by their ends. */
struct network_ended {
	struct network_ended_flow {
		enum plan_transport transport;
		int family;
		unsigned char client[16], server[16];
		uint32_t client_port, server_port;
	} * list;
	size_t count;
};

struct network_ends {
	struct network_end *list, *kept; /* `kept`: what another edge still allows of them */
	size_t count, kept_count;
};

struct network_ends_asked {
	const struct plan *before, *after;
	const struct plan_service *service; /* of @before; NULL: the router */
	int router; /* its namespace, where what names stand for by @after is open; -1: none */
};

/*
 * What of edges that @before has and @after has not meets in the namespace of that service, or in
 * the router's; in @arena.  A name that is gone stood for addresses that nobody knows any more: it
 * is the connections with its line's mark, but for those that another edge allows now.  0 or a
 * negative errno.
 */
int enforce_network_ends(const struct network_ends_asked *asked, struct arena *arena,
	struct network_ends *ends, struct fault *why);

/* Is it one of @ends when @client asks @server, addresses of @family, at @port, by a connection
 * with
 * @mark?  (A socket has none: NETWORK_NO_MARK.) */
#define NETWORK_NO_MARK UINT32_MAX
bool enforce_network_end_is(const struct network_ends *ends, enum plan_transport transport,
	int family, const unsigned char *client, const unsigned char *server, uint32_t port,
	uint32_t mark);

/* Close the TCP sockets at @ends, and of @ended.  A kernel that cannot is none to complain of: the
 * next packet is refused.  0 or a negative errno. */
int enforce_network_end_sockets(const struct network_ends *ends, const struct network_ended *ended,
	struct arena *arena, struct where where, struct fault *why);

/* Forget what is followed of @ends and @ended, to which it adds, in @arena, what it knew by marks.
 * 0 or a negative errno. */
int enforce_network_end_flows(const struct network_ends *ends, struct network_ended *ended,
	struct arena *arena, struct where where, struct fault *why);

/* What came by doors of @before that @after has not, does not open to who came, or opens to another
 * service, ends: in the host's network namespace, which is the caller's, and in @router's (-1:
 * there is none).  0 or a negative errno. */
int enforce_network_end_doors(const struct plan *before, const struct plan *after, int router,
	struct arena *arena, struct fault *why);
