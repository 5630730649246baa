/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/resolver_server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/fault.h"

/* Those that clients and questions may have, and some to spare; no more than that ever. */
enum { DESCRIPTORS = RESOLVER_STREAMS + RESOLVER_QUESTIONS + 64 };

static int watch_all(struct gateway_resolver_server *server)
{
	const struct gateway_resolver_sockets *sockets = &server->sockets;

	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll < 0)
		return -errno;
	for (size_t i = 0; i < 2; i++)
		if ((sockets->datagram[i] >= 0 &&
			    !gateway_resolver_watch(
				    server, sockets->datagram[i], EPOLLIN, RESOLVER_DATAGRAM, i)) ||
			(sockets->listener[i] >= 0 &&
				!gateway_resolver_watch(server, sockets->listener[i], EPOLLIN,
					RESOLVER_LISTENER, i)))
			return -errno;
	return sockets->launcher < 0 || gateway_resolver_watch(server, sockets->launcher, EPOLLIN,
						RESOLVER_LAUNCHER, 0)
		       ? 0
		       : -errno;
}

struct gateway_resolver_server *gateway_resolver_server(struct gateway_resolver *resolver,
	const struct gateway_resolver_config *config,
	const struct gateway_resolver_sockets *sockets, struct fault *why)
{
	const struct where nowhere = {0};
	const struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
	struct gateway_resolver_server *server = calloc(1, sizeof(*server));
	int error;

	if (!server) {
		fault(why, -ENOMEM, nowhere, "no memory for the resolver");
		return NULL;
	}
	server->resolver = resolver;
	server->config = config;
	server->sockets = *sockets;
	server->now = clock_milliseconds();
	for (uint32_t i = 0; i < RESOLVER_STREAMS; i++) {
		server->streams[i].fd = -1;
		server->streams[i].client.connection = i;
	}
	for (size_t i = 0; i < RESOLVER_QUESTIONS; i++)
		server->calls[i].fd = -1;
	error = setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : watch_all(server);
	if (error) {
		fault(why, error, nowhere, "the resolver cannot watch its sockets");
		free(server);
		return NULL;
	}
	return server;
}
