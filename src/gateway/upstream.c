/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/upstream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/scoped.h"
#include "gateway/listener.h"
#include "plan/plan.h"

enum { LOOPBACKS = 2 };

static bool means(const struct plan_ranges *ranges, const unsigned char *bytes)
{
	for (size_t i = 0; i < ranges->special_count; i++)
		if (prefix_holds(&ranges->specials[i], bytes))
			return false;
	return prefix_holds(&ranges->range, bytes);
}

static bool is_shown(const struct gateway_door *door, const unsigned char *bytes)
{
	for (size_t i = 0; i < door->shown_count; i++)
		if (means(&door->shown[i], bytes))
			return true;
	return false;
}

bool gateway_address_kept(const struct gateway_door *door, const union gateway_address *client)
{
	const struct sockaddr_in6 *wide = (const struct sockaddr_in6 *)&client->storage;
	const struct sockaddr_in *narrow = (const struct sockaddr_in *)&client->storage;
	const unsigned char *bytes;

	if (client->any.sa_family == AF_INET6) {
		bytes = wide->sin6_addr.s6_addr;
		if (IN6_IS_ADDR_LOOPBACK(&wide->sin6_addr) ||
			IN6_IS_ADDR_UNSPECIFIED(&wide->sin6_addr) ||
			IN6_IS_ADDR_LINKLOCAL(&wide->sin6_addr) ||
			IN6_IS_ADDR_MULTICAST(&wide->sin6_addr) ||
			IN6_IS_ADDR_V4MAPPED(&wide->sin6_addr))
			return false;
	} else {
		bytes = (const unsigned char *)&narrow->sin_addr;
		/* 0/8, 127/8, and from 224 on: multicast and what is reserved. */
		if (bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224)
			return false;
	}
	return !prefix_holds(&door->stack, bytes) && (!door->datagrams || is_shown(door, bytes));
}

/* Of datagrams there are no options of streams.  Two flows of one client's port would not be told
 * apart at a service that both lead to: the second has another port. */
static int make_socket(int family, bool datagrams, bool shares)
{
	const int type = (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
	scoped(fd) int fd = socket(family, type, 0);

	if (fd < 0)
		return -errno;
	if (datagrams)
		return take_fd(&fd);
	/* One client's port may be in use towards another door. */
	if ((shares && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0) ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int connect_from(
	const struct gateway_door *door, size_t index, const union gateway_address *source)
{
	const struct sockaddr *service = &door->services[index].any;
	int family = service->sa_family;
	scoped(fd) int fd = make_socket(family, door->datagrams, true);

	if (fd < 0)
		return fd;
	if (gateway_transparent(fd, family) < 0 || bind(fd, &source->any, door->length) < 0)
		return -errno;
	if (connect(fd, service, door->length) < 0 && errno != EINPROGRESS)
		return -errno;
	return take_fd(&fd);
}

/* In nobody's name: this machine's programs see one of its own. */
static int connect_outward(const struct sockaddr *service, bool datagrams)
{
	bool wide = service->sa_family == AF_INET6;
	socklen_t length = wide ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	scoped(fd) int fd = make_socket(service->sa_family, datagrams, false);

	if (fd < 0)
		return fd;
	if (connect(fd, service, length) < 0 && errno != EINPROGRESS)
		return -errno;
	return take_fd(&fd);
}

static bool unusable(int error)
{
	return error == -EADDRNOTAVAIL || error == -EADDRINUSE || error == -EINVAL ||
	       error == -EACCES;
}

size_t gateway_call_ends(const struct gateway_call *call)
{
	if (!call->door->outlet)
		return call->door->service_count;
	return call->host ? LOOPBACKS : 1;
}

/* By whichever family the client came, it is the same port of this machine: who listens on one
 * address of the loopback alone is found. */
static int leave(const struct gateway_call *call, size_t index)
{
	static const char *const loopbacks[LOOPBACKS] = {"127.0.0.1", "::1"};
	union gateway_address host;

	if (!call->host)
		return connect_outward(&call->wanted.any, call->door->datagrams);
	gateway_address_set(&host, loopbacks[index], gateway_port(&call->wanted));
	return connect_outward(&host.any, call->door->datagrams);
}

/* The client's address and port; its address and another port; the router's address. */
int gateway_upstream(const struct gateway_call *call, size_t index)
{
	const struct gateway_door *door = call->door;
	union gateway_address source = call->client;
	int fd = -EADDRNOTAVAIL;

	if (door->outlet)
		return leave(call, index);
	if (gateway_address_kept(door, &call->client)) {
		fd = connect_from(door, index, &source);
		if (unusable(fd)) {
			((struct sockaddr_in *)&source.storage)->sin_port = 0;
			fd = connect_from(door, index, &source);
		}
	}
	return unusable(fd) ? connect_from(door, index, &door->own) : fd;
}
