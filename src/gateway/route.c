/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/scoped.h"
#include "gateway/address.h"

enum { ROOM = 4096 };

int gateway_route_open(void)
{
	scoped(fd) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* Should an answer ever be missing: nobody waits for it for long. */
	const struct timeval patience = {.tv_sec = 1};

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	return take_fd(&fd);
}

static struct nlmsghdr *question(char *room, const union gateway_address *address)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(room);
	const unsigned char family = (unsigned char)address->any.sa_family;
	const size_t length = family == AF_INET6 ? 16 : 4;
	struct rtmsg *route;
	static uint32_t sequence;

	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = ++sequence;
	route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
	route->rtm_family = family;
	route->rtm_dst_len = (unsigned char)(length * 8);
	mnl_attr_put(header, RTA_DST, length, gateway_address_bytes(address));
	return header;
}

/* By read and write alone: the outlet's filter knows no message. */
bool gateway_route_leaves(int routes, const union gateway_address *address)
{
	union {
		struct nlmsghdr header;
		char bytes[ROOM];
	} room = {0};
	const struct nlmsghdr *asked = question(room.bytes, address);
	const uint32_t sequence = asked->nlmsg_seq;
	ssize_t length;

	if (write(routes, asked, asked->nlmsg_len) != (ssize_t)asked->nlmsg_len)
		return false;
	/* What answers an earlier question came too late for it. */
	do
		length = read(routes, room.bytes, sizeof(room.bytes));
	while ((length < 0 && errno == EINTR) ||
		(length >= (ssize_t)sizeof(room.header) && room.header.nlmsg_seq != sequence));
	if (length < 0 || !mnl_nlmsg_ok(&room.header, (int)length) ||
		room.header.nlmsg_type != RTM_NEWROUTE ||
		mnl_nlmsg_get_payload_len(&room.header) < sizeof(struct rtmsg))
		return false;
	const struct rtmsg *route = mnl_nlmsg_get_payload(&room.header);
	return route->rtm_type == RTN_UNICAST;
}
