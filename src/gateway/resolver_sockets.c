/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_space.h"
#include "gateway/listener.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_serve.h"

enum { ROOM = 1 << 20 /* bytes of questions that may wait */ };

static int open_datagram(const struct gateway_resolver_upstream *at)
{
	const int family = at->address.any.sa_family;
	scoped(fd) int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 ||
		(family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int)) < 0) ||
		bind(fd, &at->address.any, at->length) < 0)
		return -errno;
	/* Without the right to it there is less room. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ROOM}, sizeof(int)) < 0 &&
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ROOM}, sizeof(int)) < 0)
		return -errno;
	return take_fd(&fd);
}

int gateway_resolver_sockets(const struct gateway_resolver_config *config, int network,
	struct gateway_resolver_sockets *sockets, struct fault *why)
{
	const struct gateway_resolver_upstream *at[] = {&config->listen4, &config->listen6};
	scoped(visit) int home =
		network < 0 ? -1 : enforce_network_visit(network, (struct where){0}, why);

	for (int i = 0; i < 2; i++)
		sockets->datagram[i] = sockets->listener[i] = -1;
	if (network >= 0 && home < 0)
		return home;
	for (int i = 0; i < 2; i++) {
		if (!at[i]->length)
			continue;
		int fd = sockets->datagram[i] = open_datagram(at[i]);
		if (fd >= 0)
			fd = sockets->listener[i] =
				gateway_listen(&at[i]->address, at[i]->length, false);
		if (fd < 0)
			return fault(why, fd, (struct where){0},
				"the resolver cannot listen in the stack's network");
	}
	return 0;
}

void gateway_resolver_sockets_close(const struct gateway_resolver_sockets *sockets)
{
	for (int i = 0; i < 2; i++) {
		if (sockets->datagram[i] >= 0)
			close(sockets->datagram[i]);
		if (sockets->listener[i] >= 0)
			close(sockets->listener[i]);
	}
}
