/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/scoped.h"
#include "gateway/address.h"
#include "gateway/listener.h"

/* The filter knows no other flags (gateway/calls.c). */
enum { FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL };

/* What comes at once waits here: the kernel's usual room is for three large ones. */
enum { WAITING = 1 << 20 };

/* Room for what is said beside a datagram. */
union beside {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static int set_options(int fd, int family)
{
	const int yes = 1, waiting = WAITING;

	/* Where it may not be so much, it is what the machine gives to everybody. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &waiting, sizeof(waiting)) < 0 &&
		errno != EPERM)
		return -1;
	/* As of gateway/listener.h. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) < 0)
		return -1;
	if (family != AF_INET6)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof(yes));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0)
		return -1;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof(yes));
}

int gateway_datagram_await(const union gateway_address *address, socklen_t length, bool transparent)
{
	int family = address->any.sa_family;
	scoped(fd) int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || set_options(fd, family) < 0 ||
		(transparent && gateway_transparent(fd, family) < 0) ||
		bind(fd, &address->any, length) < 0)
		return -errno;
	return take_fd(&fd);
}

/* Where to, of IPv4: what is sent to many has another address to be answered from. */
static bool read_narrow(const struct cmsghdr *header, union gateway_address *to)
{
	struct sockaddr_in *narrow = (struct sockaddr_in *)&to->storage;
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(header), sizeof(info));
	narrow->sin_family = AF_INET;
	narrow->sin_addr = info.ipi_addr;
	return info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
}

static bool read_wide(const struct cmsghdr *header, union gateway_address *to)
{
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&to->storage;
	struct in6_pktinfo info;

	memcpy(&info, CMSG_DATA(header), sizeof(info));
	wide->sin6_family = AF_INET6;
	wide->sin6_addr = info.ipi6_addr;
	return !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
}

static bool read_beside(struct msghdr *message, union gateway_address *to)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
		header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
			header->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo)))
			return read_narrow(header, to);
		if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO &&
			header->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)))
			return read_wide(header, to);
	}
	return false;
}

static ssize_t receive(int fd, struct msghdr *message)
{
	ssize_t length;

	do
		length = recvmsg(fd, message, MSG_DONTWAIT);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : length;
}

ssize_t gateway_datagram_hear(
	int fd, unsigned port, void *bytes, union gateway_address *from, union gateway_address *to)
{
	struct iovec whole = {bytes, GATEWAY_DATAGRAM};
	union beside beside = {0};
	struct msghdr message = {.msg_name = &from->storage,
		.msg_namelen = sizeof(*from),
		.msg_iov = &whole,
		.msg_iovlen = 1,
		.msg_control = beside.room,
		.msg_controllen = sizeof(beside.room)};

	memset(from, 0, sizeof(*from));
	memset(to, 0, sizeof(*to));
	ssize_t length = receive(fd, &message);
	if (length < 0)
		return length;
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || gateway_port(from) == 0 ||
		!read_beside(&message, to))
		return -EBADMSG;
	/* It stands at the same place in both families. */
	((struct sockaddr_in *)&to->storage)->sin_port = htons((uint16_t)port);
	return length;
}

static int send_message(int fd, const struct msghdr *message)
{
	ssize_t sent;

	do
		sent = sendmsg(fd, message, FLAGS);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* By which interface, the routes say. */
static void write_beside(struct msghdr *message, const union gateway_address *from)
{
	const bool wide = from->any.sa_family == AF_INET6;
	const struct in_pktinfo narrow = {
		.ipi_spec_dst = ((const struct sockaddr_in *)&from->storage)->sin_addr};
	const struct in6_pktinfo broad = {
		.ipi6_addr = ((const struct sockaddr_in6 *)&from->storage)->sin6_addr};
	const size_t size = wide ? sizeof(broad) : sizeof(narrow);
	struct cmsghdr *header = message->msg_control;

	header->cmsg_level = wide ? IPPROTO_IPV6 : IPPROTO_IP;
	header->cmsg_type = wide ? IPV6_PKTINFO : IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), wide ? (const void *)&broad : (const void *)&narrow, size);
	message->msg_controllen = CMSG_SPACE(size);
}

int gateway_datagram_answer(int fd, const void *bytes, size_t length,
	const union gateway_address *to, const union gateway_address *from)
{
	struct iovec whole = {(void *)bytes, length};
	union beside beside = {0};
	struct msghdr message = {.msg_name = (void *)&to->storage,
		.msg_namelen = to->any.sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							     : sizeof(struct sockaddr_in),
		.msg_iov = &whole,
		.msg_iovlen = 1,
		.msg_control = &beside};

	write_beside(&message, from);
	return send_message(fd, &message);
}

ssize_t gateway_datagram_take(int fd, void *bytes)
{
	struct iovec whole = {bytes, GATEWAY_DATAGRAM};
	struct msghdr message = {.msg_iov = &whole, .msg_iovlen = 1};

	return receive(fd, &message);
}

int gateway_datagram_pass(int fd, const void *bytes, size_t length)
{
	struct iovec whole = {(void *)bytes, length};
	const struct msghdr message = {.msg_iov = &whole, .msg_iovlen = 1};

	return send_message(fd, &message);
}
